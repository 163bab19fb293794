//go:build unix

package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func try(dir string) error {
	if !remote(dir) {
		// Without package os, which would make an epoll instance first: this is done at each start.
		fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil // that is another matter
		}
		defer unix.Close(fd)
		return refused(dir, fd, unix.LOCK_UN)
	}
	f, err := os.CreateTemp(dir, fileName+"-*")
	if err != nil {
		return nil
	}
	defer f.Close()
	os.Remove(f.Name()) // before what may hang, and be killed
	return refused(dir, int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// refused locks or unlocks a file, and says why that cannot be done.
func refused(dir string, fd, how int) error {
	err := uninterrupted(func() error { return unix.Flock(fd, how) })
	if err == nil || errors.Is(err, unix.EWOULDBLOCK) {
		return nil
	}
	return &RefusedError{Dir: dir, Err: err}
}
