package modcache

import (
	"errors"
	"io/fs"
	"os"
)

// errTaken says that another process holds the lock.
var errTaken = errors.New("is made by another process")

// hold takes the lock under which the go command downloads and extracts a version (cmd/go/internal/modfetch.lockVersion). It does not
// wait: the error is errTaken where the lock is held, else it says why it cannot be had. A version without a
// lock file is nobody's just now; to be alone in the future too, alone has it made.
func hold(at *os.Root, name string, alone bool) (release func(), err error) {
	flags := os.O_RDONLY | nonblock
	if alone {
		flags |= os.O_CREATE
	}
	f, err := at.OpenFile(name, flags, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := tryLock(f, alone); err != nil {
		f.Close()
		if err != errTaken {
			err = &fs.PathError{Op: "lock", Path: name, Err: err}
		}
		return nil, err
	}
	// Closing alone would leave it with a process that is just being started, and has the descriptor until it is another program.
	return func() { unlock(f); f.Close() }, nil
}
