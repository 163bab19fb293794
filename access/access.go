//go:build unix

// Package access asks the kernel what this process may do with a path, which knows of ACLs, read-only mounts and capabilities what
// no mode tells. Whoever decides by that is to get the same answer: so it is asked here alone.
package access

import "golang.org/x/sys/unix"

// Allowed reports whether the process may do what mode says, a set of unix.R_OK, unix.W_OK and unix.X_OK. It asks once more where access(2)
// finds no right to it: that leaves out capabilities which a service manager gave to a uid other than 0. Another refusal is final (an
// immutable directory: EPERM, which package unix takes for a filter's and looks at modes instead). EIO is no refusal: nobody
// is to be told that he has no right, or gets another directory, because a look failed.
func Allowed(path string, mode uint32) bool {
	return AllowedAt(unix.AT_FDCWD, path, mode)
}

// AllowedAt is Allowed for a name in an open directory; "." is the directory itself.
func AllowedAt(dir int, name string, mode uint32) bool {
	err := unix.Faccessat(dir, name, mode, 0)
	return err == nil || err == unix.EIO || err == unix.EACCES && unix.Faccessat(dir, name, mode, unix.AT_EACCESS) == nil
}
