//go:build unix

package clean

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// An Aside is what was set aside.
type Aside struct {
	in      *fsinfo.Dir // has place and folder in it
	place   string      // where the go command finds standIn in place of what was set aside
	standIn int         // a new and empty directory, which the go command removes; -1 for none
	folder  string      // holds what was set aside
	tree    int         // descriptor of folder
	names   []string    // the entries of the cache that are in folder; nil where folder is the whole cache
	release func()      // gives the hold on standIn or folder back
}

func modCache(dir string, hold Hold) (*Aside, error) {
	dir = filepath.Clean(dir)
	if fi, err := os.Lstat(dir); err != nil || !fi.IsDir() {
		return nil, nil
	}
	cache, err := openCache(dir)
	if err != nil || cache == nil {
		return nil, nil // the go command will say, or do it
	}
	if err := mounted(dir); err != nil {
		cache.Close()
		return nil, err
	}
	if a, err := exchange(cache, hold); err == nil {
		cache.Close()
		return a, nil
	}
	names, err := fsinfo.Names(cache.FD())
	if err != nil {
		cache.Close()
		return nil, nil
	}
	names = slices.DeleteFunc(names, func(name string) bool { return isMarked(name, mark) })
	// Without its zip in cache/download an extracted module is damaged (go mod verify), but not without its extract.
	if i := slices.Index(names, "cache"); i >= 0 {
		names = append(slices.Delete(names, i, i+1), "cache")
	}
	return moveIn(cache, names, hold, false)
}

// openCache opens a cache, nil where root could be redirected on the way.
func openCache(dir string) (*fsinfo.Dir, error) {
	d, err := fsinfo.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	if d.Check(receiverOf(d)) != nil {
		d.Close()
		return nil, nil
	}
	return d, nil
}

// receiverOf is for whom root cleans a cache: its owner.
func receiverOf(d *fsinfo.Dir) fsinfo.Receiver {
	uid, _ := d.Owner()
	return fsinfo.Receiver{UIDs: []int{uid}}
}

func buildCache(dir string, buckets, fuzz bool, hold Hold) (*Aside, error) {
	cache, err := openCache(filepath.Clean(dir))
	if err != nil || cache == nil {
		return nil, nil
	}
	if err := mounted(dir); err != nil {
		cache.Close()
		return nil, err
	}
	var names []string
	for i := range 256 {
		if name := fmt.Sprintf("%02x", i); buckets && exists(cache.FD(), name) {
			names = append(names, name)
		}
	}
	if fuzz && exists(cache.FD(), "fuzz") {
		names = append(names, "fuzz")
	}
	return moveIn(cache, names, hold, true)
}

// exchange puts an empty directory, of the same mode and owner, in the place of a cache, in one step.
func exchange(cache *fsinfo.Dir, hold Hold) (*Aside, error) {
	parent, err := cache.Up()
	if err != nil {
		return nil, err
	}
	if err := parent.CheckParent(receiverOf(cache)); err != nil {
		parent.Close()
		return nil, err
	}
	a := &Aside{in: parent, place: cache.Name(), standIn: -1, tree: -1, release: func() {}}
	if a.folder, a.standIn, err = newFolder(parent.FD(), a.place+"."+mark); err != nil {
		a.end()
		return nil, err
	}
	a.release, _ = hold(a.Folder()) // in the place of the cache it keeps others out until the go command has removed it
	if a.tree, err = fsinfo.OpenSub(cache.FD(), "."); err == nil {
		err = like(a.standIn, cache)
	}
	if err == nil {
		err = swap(parent.FD(), a.folder, a.place)
	}
	if err == nil && !(same(parent.FD(), a.place, a.standIn) && same(parent.FD(), a.folder, cache.FD())) {
		err = errors.Join(fsinfo.ErrReplaced, swap(parent.FD(), a.folder, a.place))
	}
	if err != nil {
		unix.Unlinkat(parent.FD(), a.folder, unix.AT_REMOVEDIR)
		a.end()
		return nil, err
	}
	return a, nil
}

// moveIn moves the entries of a cache, in this order, into a new folder in it. One that stays is no error where any part may. It closes
// the cache, or the Aside does.
func moveIn(cache *fsinfo.Dir, names []string, hold Hold, anyPart bool) (*Aside, error) {
	a := &Aside{in: cache, standIn: -1, tree: -1, names: []string{}, release: func() {}}
	if len(names) == 0 {
		a.end()
		return nil, nil
	}
	folder, tree, err := newFolder(cache.FD(), mark)
	if err != nil {
		a.end()
		return nil, err
	}
	a.folder, a.tree = folder, tree
	var standIn string
	if err = like(tree, cache); err == nil {
		standIn, a.standIn, err = newFolder(tree, mark) // now, for without it nobody can tell what the go command removed
	}
	if err != nil {
		a.endFolder()
		return nil, err
	}
	a.release, _ = hold(a.Folder())
	for _, name := range names {
		switch moved := move(cache.FD(), name, tree, name); {
		case moved == nil:
			a.names = append(a.names, name)
		case !anyPart:
			return nil, a.undo(moved)
		default:
			err = moved
		}
	}
	if len(a.names) == 0 {
		a.endFolder()
		return nil, err
	}
	// The last one moved is, in a module cache, the last one that can be missing.
	a.place = a.names[len(a.names)-1]
	var st unix.Stat_t
	if unix.Fstatat(tree, a.place, &st, unix.AT_SYMLINK_NOFOLLOW) == nil {
		unix.Fchmod(a.standIn, uint32(st.Mode)&kept) // it stays if it cannot be removed when all is put back
	}
	if err := renameNew(tree, standIn, cache.FD(), a.place); err != nil {
		unix.Close(a.standIn)
		a.standIn = -1
		if !anyPart { // all would be deleted, also where the go command removes nothing
			return nil, a.undo(err)
		}
	}
	return a, nil
}

// undo puts the entries back and returns why. What cannot be put back stays in the folder, which the error names then.
func (a *Aside) undo(why error) error {
	if a.restoreEntries() != nil {
		defer a.end()
		return fmt.Errorf("%w (a part of it is in %s)", why, a.Folder())
	}
	a.endFolder()
	return why
}

// newFolder makes a folder in an open directory and opens it. It is empty and ours, whatever else may have its name by then, so that
// nothing is lost by what is done to it.
func newFolder(dir int, prefix string) (name string, fd int, err error) {
	for range 100 {
		name = prefix + strconv.FormatUint(uint64(rand.Uint32()), 10)
		if err = unix.Mkdirat(dir, name, 0o700); err != unix.EEXIST {
			break
		}
	}
	if err != nil {
		return "", -1, err
	}
	if fd, err = fsinfo.OpenSub(dir, name); err != nil {
		unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
		return "", -1, err
	}
	var st unix.Stat_t
	err = unix.Fstat(fd, &st)
	if list, listErr := fsinfo.Names(fd); err == nil && (listErr != nil || len(list) > 0 || int(st.Uid) != os.Geteuid()) {
		err = fsinfo.ErrReplaced
	}
	if err != nil {
		unix.Close(fd)
		return "", -1, err
	}
	return name, fd, nil
}

// like gives an empty folder of root's to the owner of the cache, who is to have no trouble with it if we are killed, and the rights
// of the cache: no more than those, for a setuid bit says nothing good on any folder of root's.
func like(folder int, cache *fsinfo.Dir) error {
	var st unix.Stat_t
	if err := unix.Fstat(cache.FD(), &st); err != nil {
		return err
	}
	if os.Geteuid() == 0 && st.Uid != 0 {
		if err := unix.Fchown(folder, int(st.Uid), int(st.Gid)); err != nil {
			return err
		}
	}
	return unix.Fchmod(folder, uint32(st.Mode)&kept)
}

// kept are the bits of a cache's mode that are given to another directory, or back: no setuid bit.
const kept = 0o777 | unix.S_ISGID | unix.S_ISVTX

// move renames a file from one open directory to another. A directory that we may not write to, such as an extracted module, is made
// writable for it, because its parent changes.
func move(from int, name string, to int, as string) error {
	err := renameNew(from, name, to, as)
	if err != unix.EACCES && err != unix.EPERM {
		return err
	}
	fd, openErr := fsinfo.OpenSub(from, name)
	if openErr != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || unix.Fchmod(fd, uint32(st.Mode)&0o7777|0o200) != nil {
		return err
	}
	// Where that fails its owner may write to it: that is no reason not to put the rest back.
	defer unix.Fchmod(fd, uint32(st.Mode)&0o7777)
	return renameNew(from, name, to, as)
}

// renameNew renames, unless something has the new name.
func renameNew(from int, name string, to int, as string) error {
	var st unix.Stat_t
	switch err := unix.Fstatat(to, as, &st, unix.AT_SYMLINK_NOFOLLOW); err {
	case nil:
		return unix.EEXIST
	case unix.ENOENT:
		return unix.Renameat(from, name, to, as)
	default:
		return err
	}
}

func exists(dir int, name string) bool {
	var st unix.Stat_t
	return unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) != unix.ENOENT
}

// same reports whether a name in a directory is that of an open file.
func same(dir int, name string, fd int) bool {
	var a, b unix.Stat_t
	return unix.Fstatat(dir, name, &a, unix.AT_SYMLINK_NOFOLLOW) == nil && unix.Fstat(fd, &b) == nil && a.Dev == b.Dev && a.Ino == b.Ino
}

// Removed reports whether the go command removed what it found in the place of what was set aside.
func (a *Aside) Removed() bool {
	return a.standIn < 0 || !same(a.in.FD(), a.place, a.standIn)
}

// Restore puts back what was set aside, beside what others made meanwhile.
func (a *Aside) Restore() error {
	if a.names != nil {
		if err := a.restoreEntries(); err != nil {
			a.end()
			return err
		}
		return a.endFolder()
	}
	defer a.end()
	if err := swap(a.in.FD(), a.folder, a.place); err != nil {
		return a.wrap(err)
	}
	// By now the folder has the stand-in, with what others have made in it.
	if err := bring(a.standIn, a.tree); err != nil {
		return a.wrap(err)
	}
	return a.wrap(remove(a.in.FD(), a.folder, a.standIn))
}

func (a *Aside) restoreEntries() error {
	if a.standIn >= 0 {
		unix.Unlinkat(a.in.FD(), a.place, unix.AT_REMOVEDIR)
	}
	for _, name := range slices.Backward(a.names) {
		err := move(a.tree, name, a.in.FD(), name)
		if errors.Is(err, fs.ErrExist) {
			err = bringBelow(a.tree, a.in.FD(), name)
		}
		if err != nil {
			return a.wrap(err)
		}
	}
	return nil
}

// endFolder deletes what is left in the folder, and it.
func (a *Aside) endFolder() error {
	defer a.end()
	return a.wrap(remove(a.in.FD(), a.folder, a.tree))
}

// bring moves what one module cache has and another lacks.
func bring(from, to int) error {
	if _, err := unix.Seek(from, 0, 0); err != nil {
		return err
	}
	names, err := fsinfo.Names(from)
	if err != nil {
		return err
	}
	for _, name := range names {
		err := move(from, name, to, name)
		if errors.Is(err, fs.ErrExist) {
			err = bringBelow(from, to, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bringBelow is bring for a directory that both have. An extracted module is whole.
func bringBelow(from, to int, name string) error {
	if slices.Contains([]byte(name), '@') {
		return nil
	}
	f, err := fsinfo.OpenSub(from, name)
	if err != nil {
		return nil // a file
	}
	defer unix.Close(f)
	t, err := fsinfo.OpenSub(to, name)
	if err != nil {
		return nil
	}
	defer unix.Close(t)
	return bring(f, t)
}

// Delete deletes what was set aside. The error names what could not be.
func (a *Aside) Delete(hold Hold) error {
	if a.names == nil { // its hold is on what was in its place
		if release, free := hold(a.Folder()); free {
			defer release()
		}
	}
	return a.endFolder()
}

// Folder is what Delete deletes.
func (a *Aside) Folder() string { return filepath.Join(a.in.Real(), a.folder) }

// wrap completes the path in an error about what is in the folder.
func (a *Aside) wrap(err error) error {
	return full(err, a.Folder())
}

func (a *Aside) end() {
	a.release()
	for _, fd := range []int{a.standIn, a.tree} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	a.in.Close()
}

func keep(dir string) (restore func() error) {
	cache, err := openCache(filepath.Clean(dir))
	nothing := func() error { return nil }
	if err != nil || cache == nil {
		return nothing
	}
	var was unix.Stat_t
	if unix.Fstat(cache.FD(), &was) != nil {
		cache.Close()
		return nothing
	}
	return func() error {
		defer cache.Close()
		var now unix.Stat_t
		if unix.Fstat(cache.FD(), &now) != nil || now.Mode == was.Mode || now.Nlink == 0 {
			return nil
		}
		if err := unix.Fchmod(cache.FD(), uint32(was.Mode)&kept); err != nil {
			return &fs.PathError{Op: fmt.Sprintf("give mode %04o back to", was.Mode&kept), Path: dir, Err: err}
		}
		return nil
	}
}
