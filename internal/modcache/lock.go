package modcache

import (
	"errors"
	"io/fs"
	"os"
)

// ErrLocked says that another process holds the lock of a version.
var ErrLocked = errors.New("is made by another process")

// Lock takes a lock file in dir as the go command does for a version that it downloads or extracts: the file is
// Entry.Base(".lock") in Entry.Folder (cmd/go/internal/modfetch.lockVersion). It does not wait: the error is
// ErrLocked where another process is in the way. Without a lock file no process works on the version now. An
// exclusive lock makes the file, because one could begin; a shared one does not.
func Lock(dir *os.Root, name string, exclusive bool) (release func(), err error) {
	flags := os.O_RDONLY | Nonblock
	if exclusive {
		flags |= os.O_CREATE
	}
	f, err := dir.OpenFile(name, flags, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := tryLock(f, exclusive); err != nil {
		f.Close()
		if err != ErrLocked {
			err = &fs.PathError{Op: "lock", Path: name, Err: err}
		}
		return nil, err
	}
	// A process that is being started has a copy of the descriptor until it runs its program: a close would not unlock.
	return func() { unlock(f); f.Close() }, nil
}
