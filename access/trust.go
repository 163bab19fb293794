package access

import "io/fs"

// Trusted reports whether only root and this user can have put the directory at path there, and made or changed
// entries in it. path is absolute. Directories and links on the way count. An owner or a mode that leaves a doubt
// means false. So does Windows.
//
// A write bit of the group counts for others in dir itself. With a POSIX ACL these bits are the mask, so without them
// no ACL lets anybody else write. On the way, a group may write to directories of this user, as it may above private
// folders (package envfix): on many systems each user has a group of his own. ACLs of the NFSv4 kind (macOS, ZFS) are
// not looked at.
func Trusted(path string) bool { return trusted(path) }

// TrustedFile reports the same of a file or directory itself, and not of the way to it: root or this user owns it, and
// its mode lets nobody else write.
func TrustedFile(fi fs.FileInfo) bool { return trustedFile(fi) }
