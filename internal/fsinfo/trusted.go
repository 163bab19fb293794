package fsinfo

import "io/fs"

// Trusted reports whether only root and this user can have put the directory at an absolute path there, and made or
// changed entries in it. Directories and links on the way count. If an owner or a mode leaves a doubt, it is false.
// So it is on Windows.
//
// In the directory itself, a write bit of the group counts as a right of others. With a POSIX ACL these bits are
// the mask, so without them no ACL lets anybody else write. On the way, a group may write to directories of this
// user, as it may above private folders (package envfix), because many systems give each user a group of his own.
// ACLs of the NFSv4 kind (macOS, ZFS) are not looked at.
func Trusted(path string) bool { return trusted(path) }

// TrustedFile reports the same of a file or directory itself, without the way to it: root or this user owns it, and
// its mode lets nobody else write.
func TrustedFile(fi fs.FileInfo) bool { return trustedFile(fi) }
