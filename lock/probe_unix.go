//go:build unix

package lock

import (
	"errors"
	"path/filepath"

	"golang.org/x/sys/unix"
)

func probe(dir string) error {
	// Package os would make an epoll instance first. This is done at each start.
	dirFD, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil // whether it can be opened is not the question here
	}
	defer unix.Close(dirFD)
	if !remoteFD(dirFD) {
		return refusal(dir, dirFD, unix.LOCK_UN)
	}
	in := "."
	if name, _, err := standIn(dir, dirFD); err == nil {
		in = filepath.Dir(name) // in the cache itself, the file could keep another client from removing it
	}
	name, fd, err := makeTemp(dirFD, in)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	unix.Unlinkat(dirFD, name, 0) // first, because the next call may hang until we are killed
	return refusal(dir, fd, unix.LOCK_EX|unix.LOCK_NB)
}

// refusal locks or unlocks a file, and returns why the system does not do that. That somebody holds the lock is no
// reason.
func refusal(dir string, fd, how int) error {
	err := retryInterrupted(func() error { return unix.Flock(fd, how) })
	if err == nil || errors.Is(err, unix.EWOULDBLOCK) {
		return nil
	}
	return &RefusedError{Dir: dir, Err: err}
}
