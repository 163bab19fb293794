//go:build linux || darwin || freebsd

package lock

import "golang.org/x/sys/unix"

// remote reports whether locks in the file system of path are another machine's, or a program's, to give.
func remote(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && isRemote(&s)
}

// remoteFD is remote for an open directory. One that cannot be asked is remote: the client of a server has just learned
// that the directory is gone.
func remoteFD(fd int) bool {
	var s unix.Statfs_t
	return unix.Fstatfs(fd, &s) != nil || isRemote(&s)
}
