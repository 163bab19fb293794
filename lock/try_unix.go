//go:build unix

package lock

import (
	"errors"
	"path/filepath"

	"golang.org/x/sys/unix"
)

func try(dir string) error {
	// Without package os, which would make an epoll instance first: this is done at each start.
	dirFD, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil // that is another matter
	}
	defer unix.Close(dirFD)
	if !remoteFD(dirFD) {
		return refused(dir, dirFD, unix.LOCK_UN)
	}
	in := "."
	if name, _, err := standIn(dir, dirFD); err == nil {
		in = filepath.Dir(name) // in a cache that another client removes, the file would keep that from its end
	}
	name, fd, err := makeTemp(dirFD, in)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	unix.Unlinkat(dirFD, name, 0) // before what may hang, and be killed
	return refused(dir, fd, unix.LOCK_EX|unix.LOCK_NB)
}

// refused locks or unlocks a file, and says why that cannot be done.
func refused(dir string, fd, how int) error {
	err := uninterrupted(func() error { return unix.Flock(fd, how) })
	if err == nil || errors.Is(err, unix.EWOULDBLOCK) {
		return nil
	}
	return &RefusedError{Dir: dir, Err: err}
}
