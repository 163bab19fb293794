//go:build darwin || freebsd

package lock

import "golang.org/x/sys/unix"

// isRemote reports whether a file system is stored on another machine.
func isRemote(s *unix.Statfs_t) bool {
	return s.Flags&unix.MNT_LOCAL == 0
}
