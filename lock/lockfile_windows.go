package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/gofrs/flock"
)

// A lockFile is the file that is locked for a directory: LockFileEx locks only files.
type lockFile struct {
	*flock.Flock
}

// openLockFile prepares what is to be locked for dir. It is beside the directory, because Windows does not rename a
// directory that has an open file in it.
func openLockFile(dir string, create, useStandIn bool) (*lockFile, error) {
	if create {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	path := dir + fsinfo.LockName
	flags, err := prepareStandIn(path)
	if err != nil {
		return nil, err
	}
	return &lockFile{flock.New(path, flock.SetFlag(flags), flock.SetPermissions(0))}, nil
}

// lockExists reports whether openLockFile would make nothing.
func lockExists(dir string) bool {
	return fsinfo.Exists(dir + fsinfo.LockName)
}

// prepareStandIn makes the file if it is missing, and returns the flags to open it with.
func prepareStandIn(name string) (flags int, err error) {
	fi, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeStandIn(name); err != nil {
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

// makeStandIn makes the file, unless another process is faster, with the rights of its directory. It gives the file
// its rights before its name: if this process is killed in between, no file is left that others cannot open. On a
// file system without hard links the rights come after the name.
func makeStandIn(name string) error {
	dir, err := os.Stat(filepath.Dir(name))
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), fsinfo.LockName+"-*")
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

// isCurrent reports whether the path still names what is locked. It is true if nothing is locked: the next try opens
// what the path names then.
func (l *lockFile) isCurrent() bool {
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

func (l *lockFile) release() { l.Unlock() }

// Windows has no lock that excludes nobody, so there are no marks and there is no gate: an exclusive lock is taken
// when nobody happens to hold a shared one.

func (*lockFile) mark(Mode)                   {}
func (*lockFile) unmark()                     {}
func (*lockFile) gateIsClosed(time.Time) bool { return false }

func noDirectoryLocks(error) bool { return false } // what is locked is a file already
