//go:build unix

package clean

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

var errMounted = errors.New("something is mounted there")

// remove deletes all that is in an open folder, and then the folder by its name in another open directory. It does
// nothing if the folder does not have that name any more, because it went with the cache. If something else has the
// name at the end, that stays, unless it is an empty directory.
func remove(dir int, name string, folder int) error {
	if !isFile(dir, name, folder) {
		return nil
	}
	var top unix.Stat_t
	if err := unix.Fstat(folder, &top); err != nil {
		return err
	}
	if err := removeBelow(folder, uint64(top.Dev)); err != nil {
		return err
	}
	err := unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return nil
	}
	return err
}

// removeBelow deletes what is in an open directory, if that is on the device. First it makes the directory
// writable, as modfetch.RemoveAll of the go command does, because those of extracted modules are read-only. It goes
// on after a failure, and returns the first one.
func removeBelow(dir int, device uint64) error {
	var st unix.Stat_t
	if err := unix.Fstat(dir, &st); err != nil {
		return err
	}
	if uint64(st.Dev) != device {
		return errMounted
	}
	if st.Mode&0o700 != 0o700 {
		unix.Fchmod(dir, uint32(st.Mode)&0o777|0o700) // if this fails, the deletion says why
	}
	if _, err := unix.Seek(dir, 0, 0); err != nil {
		return err
	}
	names, err := fsinfo.Names(dir)
	for _, name := range names {
		if e := removeEntry(dir, name, device); e != nil && err == nil {
			err = &fs.PathError{Op: "delete", Path: name, Err: e}
			if below, ok := e.(*fs.PathError); ok {
				err = &fs.PathError{Op: "delete", Path: filepath.Join(name, below.Path), Err: below.Err}
			}
		}
	}
	return err
}

func removeEntry(dir int, name string, device uint64) error {
	err := unix.Unlinkat(dir, name, 0)
	if err == nil || err == unix.ENOENT {
		return nil
	}
	sub, openErr := openForRemoval(dir, name)
	if openErr != nil {
		if err == unix.EISDIR { // why it cannot be opened says more
			return openErr
		}
		return err
	}
	below := removeBelow(sub, device)
	unix.Close(sub)
	if below != nil {
		return below
	}
	err = unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
	if err == unix.ENOENT {
		return nil
	}
	return err
}

// openForRemoval opens a directory, also one that its owner has closed to himself. Only a process without root's
// rights sets a mode by name for that: the kernel keeps it from the files of others.
func openForRemoval(dir int, name string) (int, error) {
	fd, err := fsinfo.OpenSub(dir, name)
	if err != unix.EACCES || os.Geteuid() == 0 {
		return fd, err
	}
	if err := unix.Fchmodat(dir, name, 0o700, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return -1, err
	}
	return fsinfo.OpenSub(dir, name)
}

// deleteError completes the path in an error about something below dir.
func deleteError(err error, dir string) error {
	if err == nil {
		return nil
	}
	path := dir
	var below *fs.PathError
	if errors.As(err, &below) {
		path, err = filepath.Join(dir, below.Path), below.Err
	}
	return &fs.PathError{Op: "delete", Path: path, Err: err}
}
