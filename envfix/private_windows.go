package envfix

import (
	"errors"
	"io/fs"
	"os"
	"unsafe"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/windows"
)

// privateName returns the name of this user's private folder in a temp folder.
func privateName() string { return "go-" + acl.UserSID() }

// notPrivate says why a directory is not this user's alone, "" if it is.
func notPrivate(dir string, _ fs.FileInfo) string {
	d, err := acl.DescriptorOfPath(dir)
	if err != nil {
		return "does not show its owner: " + fsinfo.Reason(err).Error()
	}
	_, owners := acl.Parties()
	if owner := d.Stranger(owners...); owner != "" {
		return "belongs to " + acl.Account(owner)
	}
	if other := d.OtherWriter(owners...); other != "" {
		return "may have been written to by " + acl.Account(other)
	}
	return ""
}

// othersCanRename reports whether others may rename entries of a directory, whatever the rights on these are.
func othersCanRename(dir string, _ fs.FileInfo, _ bool) bool {
	d, err := acl.DescriptorOfPath(dir)
	_, owners := acl.Parties()
	return err != nil || d.OtherReplacer(owners...) != ""
}

// makeFolder makes a folder for this user, the system and administrators. It inherits nothing.
func makeFolder(dir string) error {
	user := acl.UserSID()
	sd, err := windows.SecurityDescriptorFromString(
		"O:" + user + "D:P(A;OICI;FA;;;" + user + ")(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
	if err != nil {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	name, err := windows.UTF16PtrFromString(dir)
	if err == nil {
		attributes := windows.SecurityAttributes{SecurityDescriptor: sd}
		attributes.Length = uint32(unsafe.Sizeof(attributes))
		err = windows.CreateDirectory(name, &attributes)
	}
	if err != nil {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	if fi, err := os.Lstat(dir); err == nil && notPrivate(dir, fi) != "" {
		os.Remove(dir) // a file system without ACLs
		return &fs.PathError{Op: "mkdir", Path: dir, Err: errors.New("its file system keeps no ACLs")}
	}
	return nil
}

// restrict has nothing to do: what is not private is refused.
func restrict(string) error { return nil }
