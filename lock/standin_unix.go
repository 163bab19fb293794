//go:build unix

package lock

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// standIn returns the name of the file that stands in for an open directory, as seen from the directory, and its
// path. The file is beside the directory, where a clean leaves it alone, if that is the same file system and all
// who may write to the directory may write there. Else it is in the directory.
//
// All processes must find the same file. While go clean -modcache removes a directory, its mode says nothing of who
// may write to it: if there is a file beside it then, that is the one.
func standIn(dir string, dirFD int) (name, path string, err error) {
	var d, parent, st unix.Stat_t
	if err := unix.Fstat(dirFD, &d); err != nil {
		return "", "", openError(dir, err)
	}
	err = unix.Fstatat(dirFD, "..", &parent, 0)
	beside := err == nil && d.Dev == parent.Dev && writableForSame(parent, d)
	if err == unix.EACCES || err == nil && !beside && (d.Dev != parent.Dev || d.Mode&0o7777 != cleanMode) {
		return fsinfo.LockName, filepath.Join(dir, fsinfo.LockName), nil
	}
	real, pathErr := filepath.EvalSymlinks(dir)
	if err != nil || pathErr != nil {
		return "", "", openError(dir, fs.ErrNotExist)
	}
	name, path = "../"+filepath.Base(real)+fsinfo.LockName, real+fsinfo.LockName
	if !beside && unix.Fstatat(dirFD, name, &st, unix.AT_SYMLINK_NOFOLLOW) == unix.ENOENT {
		return fsinfo.LockName, filepath.Join(dir, fsinfo.LockName), nil
	}
	return name, path, nil
}

// cleanMode is the mode that go clean -modcache gives each directory before it removes it
// (cmd/go/internal/modfetch.RemoveAll).
const cleanMode = 0o777

// writableForSame reports whether all who may write to a directory may write to its parent.
func writableForSame(parent, dir unix.Stat_t) bool {
	const group, others = 0o020, 0o002
	return (dir.Uid == parent.Uid || parent.Mode&others != 0) &&
		(dir.Mode&group == 0 || parent.Mode&group != 0 && dir.Gid == parent.Gid || parent.Mode&others != 0) &&
		(dir.Mode&others == 0 || parent.Mode&others != 0)
}

// openStandIn opens the file, and makes it if it is missing. The name is as seen from the open directory. The path
// is only for errors: another user may own the directory, and could lead root elsewhere by it.
//
// The file is opened for writing if that is allowed, because NFS wants that for an exclusive lock (flock(2)). No
// link is followed, and only a file is opened.
func openStandIn(dirFD int, name, path string) (fd int, err error) {
	var st unix.Stat_t
	err = unix.Fstatat(dirFD, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err == unix.ENOENT {
		if err = makeStandIn(dirFD, name); err == nil {
			err = unix.Fstatat(dirFD, name, &st, unix.AT_SYMLINK_NOFOLLOW)
		}
	}
	if err != nil {
		return -1, openError(path, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return -1, notFile(path)
	}
	if fd, err = openAt(dirFD, name, unix.O_RDWR); err != nil {
		fd, err = openAt(dirFD, name, unix.O_RDONLY)
	}
	if err != nil {
		err = openError(path, err)
		if errors.Is(err, fs.ErrPermission) {
			err = &RefusedError{File: path, Err: err}
		}
	}
	return fd, err
}

// openAt opens a file in an open directory. O_NONBLOCK is for a named pipe, which could block.
func openAt(dirFD int, name string, flags int) (fd int, err error) {
	flags |= unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	err = retryInterrupted(func() error {
		fd, err = unix.Openat(dirFD, name, flags, 0o600)
		return err
	})
	return fd, err
}

// makeStandIn makes the file, unless another process is faster. It gives the file its rights before its name: if
// this process is killed in between, no file is left that others cannot open. On a file system without hard links
// the rights come after the name.
func makeStandIn(dirFD int, name string) error {
	temp, fd, err := makeTemp(dirFD, filepath.Dir(name))
	if err != nil {
		return err
	}
	defer unix.Unlinkat(dirFD, temp, 0)
	defer unix.Close(fd)
	if err := copyRights(fd, dirFD); err != nil {
		return err
	}
	err = unix.Linkat(dirFD, temp, dirFD, name, 0)
	if err != nil && err != unix.EEXIST {
		if fd, err = openAt(dirFD, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL); err == nil {
			defer unix.Close(fd)
			err = copyRights(fd, dirFD)
		}
	}
	if err == unix.EEXIST {
		return nil
	}
	return err
}

// makeTemp makes a file with a new name. It is in the open directory, or in its parent if in is "..".
func makeTemp(dirFD int, in string) (name string, fd int, err error) {
	for range 100 {
		name = in + "/" + fsinfo.LockName + "-" + strconv.FormatUint(uint64(rand.Uint32()), 10)
		if fd, err = openAt(dirFD, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL); err != unix.EEXIST {
			break
		}
	}
	return name, fd, err
}

// copyRights gives a file the rights of its directory, so that the same users can use both. Root also gives it to the
// directory's owner. That fails, and does not matter, on a server that takes root for nobody.
func copyRights(fd, dirFD int) error {
	var dir unix.Stat_t
	if err := unix.Fstat(dirFD, &dir); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		unix.Fchown(fd, int(dir.Uid), int(dir.Gid))
	}
	return unix.Fchmod(fd, uint32(dir.Mode)&0o666)
}
