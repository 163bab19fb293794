package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// fileName is the file that stands for a directory that cannot be locked.
const fileName = ".go-safe.lock"

// lockPath is what is locked for dir: a file where the directory cannot be locked, or a lock on it would be known to
// this machine alone (Linux gives no directory of NFS, 9p or SMB a lock of the server's).
func lockPath(dir string, file bool) string {
	switch {
	case !lockableDirectories:
		return dir + fileName // not in it: what has an open file in it cannot be renamed there
	case file || remote(dir):
		return filepath.Join(dir, fileName)
	}
	return dir
}

// prepareFile makes the file if it is missing, with the rights of its directory, for who can use the one is to use the
// other. It returns the flags to open it with: for writing where that is allowed, since NFS wants that of who locks it
// alone (flock(2)). No link is followed, and nothing else than a file is opened, which might block.
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
		return 0, &RefusedError{File: name, Err: &fs.PathError{Op: "lock", Path: name, Err: errors.New("is not a file")}}
	}
	if f, err := os.OpenFile(name, os.O_RDWR|noFollow, 0); err == nil {
		f.Close()
		return os.O_RDWR | noFollow, nil
	}
	return os.O_RDONLY | noFollow, nil
}

// makeFile makes the file, unless another process is faster. It has its rights before it has its name, or who
// is killed in between would leave one that is closed to others. A file system without hard links gives them
// afterwards.
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
	giveToOwner(f, dir)
	if err := f.Chmod(dir.Mode() & 0o666); err != nil {
		return err
	}
	err = os.Link(f.Name(), name)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			defer f.Close()
			giveToOwner(f, dir)
			err = f.Chmod(dir.Mode() & 0o666)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
