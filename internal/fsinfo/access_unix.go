//go:build unix

package fsinfo

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Readable reports whether this process can list a directory and look up what is in it.
func Readable(dir string) bool { return Allowed(dir, unix.R_OK|unix.X_OK) }

// Writable reports whether this process can make entries in a directory. If the kernel may refuse what access(2)
// allows (Landlock), it makes a file to see that.
func Writable(dir string) bool {
	if !Allowed(dir, unix.W_OK|unix.X_OK) {
		return false
	}
	return !Confined() || !errors.Is(Try(dir, 0), fs.ErrPermission)
}

// Allowed reports whether the kernel lets this process do what mode says to a path: a set of unix.R_OK, unix.W_OK and
// unix.X_OK. The kernel knows of ACLs, read-only mounts and capabilities what no mode tells.
//
// access(2) leaves out capabilities that a service manager gave to a uid other than 0. So after EACCES Allowed asks
// once more, for the effective ids. Other errors are final, such as EPERM for an immutable directory: package unix
// takes that for the refusal of a filter for system calls, and looks at modes instead. EIO is no refusal, because
// no user should get another directory only because a look at this one failed.
func Allowed(path string, mode uint32) bool {
	return AllowedAt(unix.AT_FDCWD, path, mode)
}

// AllowedAt is Allowed for a name in an open directory; "." is the directory itself.
func AllowedAt(dir int, name string, mode uint32) bool {
	err := unix.Faccessat(dir, name, mode, 0)
	if err == unix.EACCES {
		err = unix.Faccessat(dir, name, mode, unix.AT_EACCESS)
		return err == nil
	}
	return err == nil || err == unix.EIO
}
