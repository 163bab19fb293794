//go:build unix

package lock

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A lockFile is what is locked: a directory, or a file in it. The descriptors are not those of package os,
// which would make an epoll instance for them: this is done at each start.
type lockFile struct {
	path   string // of what is locked
	fd     int
	dir    string
	dirFD  int // the same as fd where the directory itself is locked
	marked bool
}

// openFor opens what is to be locked for dir: on file systems that Linux gives no directory locks of the server's (NFS,
// 9p, SMB), or that belong to a program, a file. With makes it makes dir if that is missing.
func openFor(makes bool, dir string, file bool) (*lockFile, error) {
	dirFD, err := openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if makes && errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		dirFD, err = openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	}
	if err != nil {
		return nil, err
	}
	l := &lockFile{dir, dirFD, dir, dirFD, false}
	if !file && !remoteFD(dirFD) {
		return l, nil
	}
	var name string
	if name, l.path, err = standIn(dir, dirFD); err == nil {
		l.fd, err = openFile(dirFD, name, l.path)
	}
	if err != nil {
		unix.Close(dirFD)
		return nil, err
	}
	return l, nil
}

// isThere reports whether there is something to lock for dir, so that open makes nothing.
func isThere(dir string) bool {
	fd, err := openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	if !remoteFD(fd) {
		return true
	}
	name, _, err := standIn(dir, fd)
	var st unix.Stat_t
	return err == nil && unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil
}

// standIn names the file that stands for an open directory, seen from there, and its path. It is beside the directory, so
// that a clean leaves it alone, if the same users may write there, and in the same file system. Otherwise it is in it.
//
// All processes must find the same file. While go clean -modcache removes a directory its mode says nothing: then a
// file that is beside it is the one.
func standIn(dir string, dirFD int) (name, path string, err error) {
	var d, up, st unix.Stat_t
	if err := unix.Fstat(dirFD, &d); err != nil {
		return "", "", gone(dir, err)
	}
	err = unix.Fstatat(dirFD, "..", &up, 0)
	beside := err == nil && d.Dev == up.Dev && sameWriters(d, up)
	if err == unix.EACCES || err == nil && !beside && (d.Dev != up.Dev || d.Mode&0o7777 != cleanMode) {
		return fileName, filepath.Join(dir, fileName), nil
	}
	real, pathErr := filepath.EvalSymlinks(dir)
	if err != nil || pathErr != nil {
		return "", "", gone(dir, fs.ErrNotExist)
	}
	name, path = "../"+filepath.Base(real)+fileName, real+fileName
	if !beside && unix.Fstatat(dirFD, name, &st, unix.AT_SYMLINK_NOFOLLOW) == unix.ENOENT {
		return fileName, filepath.Join(dir, fileName), nil
	}
	return name, path, nil
}

// cleanMode is the mode that go clean -modcache gives to each directory before it removes it
// (cmd/go/internal/modfetch.RemoveAll).
const cleanMode = 0o777

// gone is the error for a directory that was removed after it was opened, which NFS calls stale.
func gone(dir string, err error) error {
	if err == unix.ESTALE {
		err = unix.ENOENT
	}
	return &fs.PathError{Op: "open", Path: dir, Err: err}
}

// sameWriters reports whether a directory's parent may be written to by all who may write to the directory.
func sameWriters(dir, parent unix.Stat_t) bool {
	const group, others = 0o020, 0o002
	return (dir.Uid == parent.Uid || parent.Mode&others != 0) &&
		(dir.Mode&group == 0 || parent.Mode&group != 0 && dir.Gid == parent.Gid || parent.Mode&others != 0) &&
		(dir.Mode&others == 0 || parent.Mode&others != 0)
}

func openFD(path string, flags int) (fd int, err error) {
	err = uninterrupted(func() error {
		fd, err = unix.Open(path, flags|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, gone(path, err)
	}
	return fd, nil
}

// uninterrupted calls again what a signal ended: a file system may wait for a server even where the
// caller would not (golang.org/issue/50733).
func uninterrupted(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// openFile opens the file that stands for an open directory, and makes it if it is missing. Its name is seen from the
// directory, and the path is for errors only: the directory may have another owner, who could lead root elsewhere by it. The
// file is opened for writing if that is allowed, because NFS wants that for an exclusive lock (flock(2)). No link is
// followed, and only a file is opened.
func openFile(dirFD int, name, path string) (fd int, err error) {
	var st unix.Stat_t
	err = unix.Fstatat(dirFD, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err == unix.ENOENT {
		if err = makeFile(dirFD, name); err == nil {
			err = unix.Fstatat(dirFD, name, &st, unix.AT_SYMLINK_NOFOLLOW)
		}
	}
	if err != nil {
		return -1, gone(path, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return -1, notFile(path)
	}
	if fd, err = openAt(dirFD, name, unix.O_RDWR); err != nil {
		fd, err = openAt(dirFD, name, unix.O_RDONLY)
	}
	if err != nil {
		err = gone(path, err)
		if errors.Is(err, fs.ErrPermission) {
			err = &RefusedError{File: path, Err: err}
		}
	}
	return fd, err
}

// openAt opens a file in an open directory. O_NONBLOCK keeps a named pipe from blocking.
func openAt(dirFD int, name string, flags int) (fd int, err error) {
	err = uninterrupted(func() error {
		fd, err = unix.Openat(dirFD, name, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
		return err
	})
	return fd, err
}

// makeFile makes the file, unless another process is faster. It has its rights before it has its name: if this process
// is killed in between, nothing is left that is closed to others. A file system without hard links gives them afterwards.
func makeFile(dirFD int, name string) error {
	temp, fd, err := makeTemp(dirFD, filepath.Dir(name))
	if err != nil {
		return err
	}
	defer unix.Unlinkat(dirFD, temp, 0)
	defer unix.Close(fd)
	if err := likeDirectory(fd, dirFD); err != nil {
		return err
	}
	err = unix.Linkat(dirFD, temp, dirFD, name, 0)
	if err != nil && err != unix.EEXIST {
		if fd, err = openAt(dirFD, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL); err == nil {
			defer unix.Close(fd)
			err = likeDirectory(fd, dirFD)
		}
	}
	if err == unix.EEXIST {
		return nil
	}
	return err
}

// makeTemp makes a file with a new name in a directory, "." or "..", seen from an open one.
func makeTemp(dirFD int, in string) (name string, fd int, err error) {
	for range 100 {
		name = in + "/" + fileName + "-" + strconv.FormatUint(uint64(rand.Uint32()), 10)
		if fd, err = openAt(dirFD, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL); err != unix.EEXIST {
			break
		}
	}
	return name, fd, err
}

// likeDirectory gives a file the rights of its directory: who can use the one can use the other. What root made goes to
// the directory's owner, without effect where a server makes nobody of root.
func likeDirectory(fd, dirFD int) error {
	var dir unix.Stat_t
	if err := unix.Fstat(dirFD, &dir); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		unix.Fchown(fd, int(dir.Uid), int(dir.Gid))
	}
	return unix.Fchmod(fd, uint32(dir.Mode)&0o666)
}

// try takes the lock if it is free.
func (l *lockFile) try(mode Mode) (ok bool, err error) {
	how := unix.LOCK_SH | unix.LOCK_NB
	if mode == Exclusive {
		how = unix.LOCK_EX | unix.LOCK_NB
	}
	err = uninterrupted(func() error { return unix.Flock(l.fd, how) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	if err == unix.ESTALE {
		return false, gone(l.path, err)
	}
	return err == nil, err
}

// current reports whether the paths still name what was opened. An NFS client remembers names, until a directory that has
// them is opened: then it asks the server whether that changed (nfs(5), close-to-open). So neither this nor the go command
// afterwards finds what another client has removed.
func (l *lockFile) current() bool {
	if l.fd != l.dirFD {
		for _, dir := range []string{filepath.Dir(l.dir), l.dir} {
			if fd, err := openFD(dir, unix.O_RDONLY|unix.O_DIRECTORY); err == nil {
				unix.Close(fd)
			}
		}
	}
	return names(l.dir, l.dirFD) && (l.fd == l.dirFD || names(l.path, l.fd))
}

func names(path string, fd int) bool {
	var held, named unix.Stat_t
	return unix.Fstat(fd, &held) == nil && unix.Stat(path, &named) == nil && held.Dev == named.Dev && held.Ino == named.Ino
}

// release gives the lock and the mark back. It unlocks before it closes: a child that is just being started may
// have a copy of the descriptor until it executes its program.
func (l *lockFile) release() {
	unix.Flock(l.fd, unix.LOCK_UN)
	unix.Close(l.fd)
	if l.dirFD != l.fd {
		unix.Close(l.dirFD)
	}
}

// The mark of who waits is a read lock of fcntl(2) on one byte of the directory, which excludes nobody, shows
// the process's pid in /proc/locks and ends with the process. The first byte is for shared locks. Each one
// after it stands for a millisecond of the minute.
const firstMoment = 1

// moment is the byte for a time.
func moment(t time.Time) int64 {
	return firstMoment + t.UnixMilli()%gatePeriod.Milliseconds()
}

// mark sets the mark, unless it is set: for an exclusive lock at the moment at which others have set theirs,
// else at this one. Where it cannot be set nobody sees it.
func (l *lockFile) mark(mode Mode) {
	if l.marked {
		return
	}
	var at int64
	if mode == Exclusive {
		at = moment(time.Now())
		if first, ok := l.markIn(firstMoment, gatePeriod.Milliseconds()); ok {
			at = first
		}
	}
	l.marked = unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK, Start: at, Len: 1}) == nil
}

// unmark takes the mark away.
func (l *lockFile) unmark() {
	if l.marked {
		unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &unix.Flock_t{Type: unix.F_UNLCK})
		l.marked = false
	}
}

// gateIsClosed reports whether others have set a mark not longer ago in the minute than the gate stays closed.
func (l *lockFile) gateIsClosed() bool {
	now, length := moment(time.Now()), gateClosed.Milliseconds()
	begin := now - length + 1
	if begin >= firstMoment {
		_, closed := l.markIn(begin, length)
		return closed
	}
	_, closed := l.markIn(firstMoment, now-firstMoment+1)
	if !closed {
		_, closed = l.markIn(begin+gatePeriod.Milliseconds(), firstMoment-begin)
	}
	return closed
}

// markIn looks for a mark of another process among length bytes, and returns the first of them that it found in one. A
// directory that cannot be asked has none.
func (l *lockFile) markIn(begin, length int64) (at int64, ok bool) {
	q := unix.Flock_t{Type: unix.F_WRLCK, Start: begin, Len: length}
	if unix.FcntlFlock(uintptr(l.dirFD), unix.F_GETLK, &q) != nil || q.Type == unix.F_UNLCK {
		return 0, false
	}
	return max(begin, q.Start), true
}

// noDirectoryLocks reports whether an error says that the file system locks nothing, or nothing that is open
// for reading alone (EBADF of NFS).
func noDirectoryLocks(err error) bool {
	return slices.ContainsFunc([]error{unix.ENOLCK, unix.EOPNOTSUPP, unix.ENOTSUP, unix.ENOSYS, unix.EINVAL, unix.EBADF},
		func(refusal error) bool { return errors.Is(err, refusal) })
}

// The gate lets no new shared lock in for the first part of each period, counted from the first process that
// waits for the exclusive one. So a directory that is always in use has a moment in which it is not, and who
// uses it is never kept for longer.
const (
	gatePeriod = time.Minute
	gateClosed = 10 * time.Second
)
