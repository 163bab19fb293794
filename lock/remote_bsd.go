//go:build darwin || freebsd

package lock

import "golang.org/x/sys/unix"

// remote reports whether the file system of path is not stored on this machine.
func remote(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && s.Flags&unix.MNT_LOCAL == 0
}
