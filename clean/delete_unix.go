//go:build unix

package clean

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// mark is in the names of folders that hold what was set aside; a number follows.
const mark = "go-safe-clean-"

var errMounted = errors.New("something is mounted there")

// remove deletes all that is in an open directory, and then the directory, by its name in another one. It does nothing where the
// directory is gone, for it went with the cache, or has another name. Something else that has the name at the end stays, unless it is an
// empty directory.
func remove(in int, name string, tree int) error {
	if !same(in, name, tree) {
		return nil
	}
	var top unix.Stat_t
	if err := unix.Fstat(tree, &top); err != nil {
		return err
	}
	if err := removeBelow(tree, uint64(top.Dev)); err != nil {
		return err
	}
	err := unix.Unlinkat(in, name, unix.AT_REMOVEDIR)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return nil
	}
	return err
}

// removeBelow deletes what is in an open directory on the device. The directory is made writable first, as modfetch.RemoveAll of the go
// command does, for those of extracted modules are read-only. It goes on after a failure, and returns the first one.
func removeBelow(dir int, device uint64) error {
	var st unix.Stat_t
	if err := unix.Fstat(dir, &st); err != nil {
		return err
	}
	if uint64(st.Dev) != device {
		return errMounted
	}
	if st.Mode&0o700 != 0o700 {
		unix.Fchmod(dir, uint32(st.Mode)&0o777|0o700) // what cannot be deleted then says why
	}
	if _, err := unix.Seek(dir, 0, 0); err != nil {
		return err
	}
	names, err := fsinfo.Names(dir)
	for _, name := range names {
		if e := removeEntry(dir, name, device); e != nil && err == nil {
			err = &fs.PathError{Op: "delete", Path: name, Err: e}
			if at, ok := e.(*fs.PathError); ok {
				err = &fs.PathError{Op: "delete", Path: filepath.Join(name, at.Path), Err: at.Err}
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
		if err == unix.EISDIR { // the reason is why it cannot be opened
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

// openForRemoval opens a directory that its owner may have closed to himself. A mode is set by name only without root's rights: the
// kernel keeps others' files from us then.
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

// full completes the path in an error about something below dir.
func full(err error, dir string) error {
	if err == nil {
		return nil
	}
	path := dir
	var at *fs.PathError
	if errors.As(err, &at) {
		path, err = filepath.Join(dir, at.Path), at.Err
	}
	return &fs.PathError{Op: "delete", Path: path, Err: err}
}

func removeTree(dir string, hold Hold) error {
	in, err := fsinfo.OpenDir(filepath.Dir(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	if uid, _ := in.Owner(); in.CheckParent(fsinfo.Receiver{UIDs: []int{uid}}) != nil {
		return nil
	}
	name := filepath.Base(dir)
	fd, err := openForRemoval(in.FD(), name)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return full(err, dir)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || int(st.Uid) != os.Geteuid() {
		return err
	}
	if err := mounted(dir); err != nil {
		return err
	}
	release, free := hold(dir)
	if !free {
		return nil
	}
	defer release()
	if !strings.Contains(name, "."+mark) {
		aside := name + "." + mark + strconv.FormatUint(uint64(rand.Uint32()), 10)
		if err := unix.Renameat(in.FD(), name, in.FD(), aside); err != nil {
			return full(err, dir)
		}
		name = aside
	}
	return full(remove(in.FD(), name, fd), filepath.Join(in.Real(), name))
}

func sweep(cache string, hold Hold) (failed map[string]error) {
	cache = filepath.Clean(cache)
	failed = make(map[string]error)
	for dir, prefix := range map[string]string{filepath.Dir(cache): filepath.Base(cache) + "." + mark, cache: mark} {
		d, err := fsinfo.OpenDir(dir)
		if err != nil {
			continue
		}
		if d.CheckParent(receiverOf(d)) == nil {
			sweepIn(d, prefix, hold, failed)
		}
		d.Close()
	}
	return failed
}

// sweepIn deletes the folders in a directory whose names are prefix and a number, if they belong to this user. Root also
// deletes those of the directory's owner, and others delete empty ones of root's: root cleans the caches of others, and may
// have been killed before or after it gave the folder away.
func sweepIn(d *fsinfo.Dir, prefix string, hold Hold, failed map[string]error) {
	names, _ := fsinfo.Names(d.FD())
	for _, name := range names {
		if !isMarked(name, prefix) {
			continue
		}
		fd, err := openForRemoval(d.FD(), name)
		if err != nil {
			removeRoots(d.FD(), name)
			continue
		}
		var st unix.Stat_t
		folder := filepath.Join(d.Real(), name)
		owner, _ := d.Owner()
		if unix.Fstat(fd, &st) == nil && (int(st.Uid) == os.Geteuid() || os.Geteuid() == 0 && int(st.Uid) == owner) {
			if release, free := hold(folder); free {
				if err := remove(d.FD(), name, fd); err != nil {
					failed[folder] = full(err, folder)
				}
				release()
			}
		}
		unix.Close(fd)
	}
}

// removeRoots removes an empty directory of root's.
func removeRoots(dir int, name string) {
	var st unix.Stat_t
	if unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && st.Uid == 0 {
		unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
	}
}

// isMarked reports whether name is prefix and a number.
func isMarked(name, prefix string) bool {
	number, ok := strings.CutPrefix(name, prefix)
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}
