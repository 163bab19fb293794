//go:build unix

package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// A lockFile is an open file that is locked for a directory: the directory itself, or the file that stands in for
// it. It has descriptors of its own and none of package os, which would make an epoll instance: this is done at
// each start.
type lockFile struct {
	path   string // of the file
	fd     int
	dir    string
	dirFD  int // the same as fd where the directory itself is locked
	marked bool
}

// openLockFile opens what is to be locked for dir. It is a stand-in on file systems that belong to a program, or on
// which Linux asks no server for locks on directories (NFS, 9p, SMB).
func openLockFile(dir string, create, useStandIn bool) (*lockFile, error) {
	dirFD, err := openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		dirFD, err = openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	}
	if err != nil {
		return nil, err
	}
	l := &lockFile{dir, dirFD, dir, dirFD, false}
	if !useStandIn && !remoteFD(dirFD) {
		return l, nil
	}
	var name string
	if name, l.path, err = standIn(dir, dirFD); err == nil {
		l.fd, err = openStandIn(dirFD, name, l.path)
	}
	if err != nil {
		unix.Close(dirFD)
		return nil, err
	}
	return l, nil
}

// lockExists reports whether openLockFile would make nothing.
func lockExists(dir string) bool {
	fd, err := openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	defer unix.Close(fd)
	if !remoteFD(fd) {
		return true
	}
	name, _, err := standIn(dir, fd)
	var st unix.Stat_t
	return err == nil && unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil
}

// try takes the lock if it is free.
func (l *lockFile) try(mode Mode) (ok bool, err error) {
	how := unix.LOCK_SH | unix.LOCK_NB
	if mode == Exclusive {
		how = unix.LOCK_EX | unix.LOCK_NB
	}
	err = retryInterrupted(func() error { return unix.Flock(l.fd, how) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	if err == unix.ESTALE {
		return false, openError(l.path, err)
	}
	return err == nil, err
}

// isCurrent reports whether the paths still name what was opened.
//
// An NFS client remembers which file has a name until it opens the directory: then it asks the server whether that
// has changed (nfs(5), close-to-open). Without that, neither this function nor the go command afterwards would
// notice that another client has removed the directory.
func (l *lockFile) isCurrent() bool {
	if l.fd != l.dirFD {
		for _, dir := range []string{filepath.Dir(l.dir), l.dir} {
			if fd, err := openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY); err == nil {
				unix.Close(fd)
			}
		}
	}
	return leadsTo(l.dir, l.dirFD) && (l.fd == l.dirFD || leadsTo(l.path, l.fd))
}

// leadsTo reports whether a path leads to an open file.
func leadsTo(path string, fd int) bool {
	var open, named unix.Stat_t
	return unix.Fstat(fd, &open) == nil && unix.Stat(path, &named) == nil &&
		open.Dev == named.Dev && open.Ino == named.Ino
}

// release gives back the lock and the mark. It unlocks before it closes, because a child that is just being started
// has a copy of the descriptor until it executes its program.
func (l *lockFile) release() {
	unix.Flock(l.fd, unix.LOCK_UN)
	unix.Close(l.fd)
	if l.dirFD != l.fd {
		unix.Close(l.dirFD)
	}
}

// noDirectoryLocks reports whether an error of try says that the file system locks no files, or none that are open
// only for reading (EBADF of NFS).
func noDirectoryLocks(err error) bool {
	return slices.ContainsFunc(
		[]error{unix.ENOLCK, unix.EOPNOTSUPP, unix.ENOTSUP, unix.ENOSYS, unix.EINVAL, unix.EBADF},
		func(refusal error) bool { return errors.Is(err, refusal) })
}

func openFD(path string, flags int) (fd int, err error) {
	err = retryInterrupted(func() error {
		fd, err = unix.Open(path, flags|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, openError(path, err)
	}
	return fd, nil
}

// openError adds the path to an error. NFS says ESTALE of a file that was removed after it was opened: that is made
// ENOENT.
func openError(path string, err error) error {
	if err == unix.ESTALE {
		err = unix.ENOENT
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

// retryInterrupted repeats a call that a signal interrupted. A file system may wait for its server in calls that do
// not block elsewhere (golang.org/issue/50733).
func retryInterrupted(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
