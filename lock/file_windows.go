package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// A lockFile is the file that is locked for a directory: LockFileEx takes files alone.
type lockFile struct {
	*flock.Flock
}

// openFor finds what is to be locked for dir. With makes it makes dir if that is missing.
func openFor(makes bool, dir string, file bool) (*lockFile, error) {
	if makes {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	path := dir + fileName // not in it: what has an open file in it cannot be renamed
	flags, err := prepareFile(path)
	if err != nil {
		return nil, err
	}
	return &lockFile{flock.New(path, flock.SetFlag(flags), flock.SetPermissions(0))}, nil
}

// isThere reports whether there is something to lock for dir, so that open makes nothing.
func isThere(dir string) bool {
	_, err := os.Stat(dir + fileName)
	return err == nil
}

// prepareFile makes the file if it is missing, with the rights of its directory: who can use the one can use the other.
// It returns the flags to open it with.
func prepareFile(name string) (flags int, err error) {
	fi, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeFile(name); err != nil {
			return 0, err
		}
		fi, err = os.Lstat(name)
	}
	if err != nil {
		return 0, err
	}
	if !fi.Mode().IsRegular() {
		return 0, notFile(name)
	}
	if f, err := os.OpenFile(name, os.O_RDWR, 0); err == nil {
		f.Close()
		return os.O_RDWR, nil
	}
	return os.O_RDONLY, nil
}

// makeFile makes the file, unless another process is faster. It has its rights before it has its name: if this process
// is killed in between, nothing is left that is closed to others. A file system without hard links gives them afterwards.
func makeFile(name string) error {
	dir, err := os.Stat(filepath.Dir(name))
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), fileName+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := f.Chmod(dir.Mode() & 0o666); err != nil {
		return err
	}
	err = os.Link(f.Name(), name)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			defer f.Close()
			err = f.Chmod(dir.Mode() & 0o666)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// try takes the lock if it is free.
func (l *lockFile) try(mode Mode) (ok bool, err error) {
	if mode == Exclusive {
		return l.TryLock()
	}
	return l.TryRLock()
}

// current reports whether the path still names what is locked; where nothing is, the next try will tell.
func (l *lockFile) current() bool {
	if !l.Locked() && !l.RLocked() {
		return true
	}
	held, err := l.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(l.Path())
	return err == nil && os.SameFile(held, named)
}

func (l *lockFile) release() {
	l.Unlock()
}

// A mark would let others see that this process waits. Windows has no lock that excludes nobody: there an
// exclusive lock is taken when no shared one is held.
func (*lockFile) mark(Mode)          {}
func (*lockFile) unmark()            {}
func (*lockFile) gateIsClosed() bool { return false }

func noDirectoryLocks(error) bool { return false } // what is locked is a file already
