package lock

import (
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

const (
	lockableDirectories = false // LockFileEx takes files alone
	noFollow            = 0
)

// A lockFile is the file that is locked for a directory.
type lockFile struct {
	*flock.Flock
}

// open makes dir if it is missing and finds what is to be locked for it.
func open(dir string, file bool) (*lockFile, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	path := lockPath(dir, file)
	flags, err := prepareFile(path)
	if err != nil {
		return nil, err
	}
	return &lockFile{flock.New(path, flock.SetFlag(flags), flock.SetPermissions(0))}, nil
}

func giveToOwner(*os.File, fs.FileInfo) {}

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
