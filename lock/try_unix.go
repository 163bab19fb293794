//go:build unix

package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func try(dir string) error {
	if !remote(dir) {
		f, err := os.Open(dir)
		if err != nil {
			return nil // that is another matter
		}
		defer f.Close()
		return refused(dir, f, unix.LOCK_UN)
	}
	f, err := os.CreateTemp(dir, fileName+"-*")
	if err != nil {
		return nil
	}
	defer os.Remove(f.Name())
	defer f.Close()
	return refused(dir, f, unix.LOCK_EX|unix.LOCK_NB)
}

// refused locks or unlocks f, and says why that cannot be done.
func refused(dir string, f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		switch {
		case err == nil, errors.Is(err, unix.EWOULDBLOCK):
			return nil
		case !interrupted(err):
			return &RefusedError{dir, err}
		}
	}
}
