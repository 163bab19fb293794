//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package modcache

import (
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks the file as the go command does on these systems (cmd/go/internal/lockedfile/internal/filelock).
func tryLock(f *os.File, exclusive bool) error {
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	for {
		switch err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err {
		case unix.EWOULDBLOCK:
			return ErrLocked
		case unix.EINTR:
		default:
			return err
		}
	}
}

func unlock(f *os.File) { unix.Flock(int(f.Fd()), unix.LOCK_UN) }
