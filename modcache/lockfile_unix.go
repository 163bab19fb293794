//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package modcache

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLockFile takes the lock of a version as the go command does on these systems (cmd/go/internal/modfetch.lockVersion,
// internal/lockedfile/internal/filelock), but does not wait. Where there are no locks the go command will say so.
func tryLockFile(name string) (release func(), ok bool) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, false
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		f.Close()
		return nil, false
	}
	return func() { f.Close() }, true
}
