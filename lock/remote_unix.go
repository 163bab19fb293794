//go:build linux || darwin || freebsd

package lock

import "golang.org/x/sys/unix"

func remote(dir string) bool {
	var s unix.Statfs_t
	return unix.Statfs(dir, &s) == nil && isRemote(&s)
}

// remoteFD is remote for an open directory. It is true if the file system does not answer: then the client of a
// server has just learned that the directory is gone.
func remoteFD(fd int) bool {
	var s unix.Statfs_t
	return unix.Fstatfs(fd, &s) != nil || isRemote(&s)
}
