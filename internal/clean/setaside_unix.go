//go:build unix

package clean

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

func modCache(dir string, tryLock TryLock) (*Aside, error) {
	dir = filepath.Clean(dir)
	if fi, err := os.Lstat(dir); err != nil || !fi.IsDir() {
		return nil, nil
	}
	cache, err := openCache(dir)
	if err != nil || cache == nil {
		return nil, nil // the go command will say why, or remove it
	}
	if err := findMount(dir); err != nil {
		cache.Close()
		return nil, err
	}
	if a, err := exchange(cache, tryLock); err == nil {
		cache.Close()
		return a, nil
	}
	names, err := fsinfo.Names(cache.FD())
	if err != nil {
		cache.Close()
		return nil, nil
	}
	names = slices.DeleteFunc(names, func(name string) bool { return isNumbered(name, fsinfo.CleanMark) })
	// cache/download comes last. Without its zip in there an extracted module counts as damaged (go mod verify),
	// while the zip does without the extracted module.
	if i := slices.Index(names, "cache"); i >= 0 {
		names = append(slices.Delete(names, i, i+1), "cache")
	}
	return moveEntries(cache, names, tryLock, false)
}

func buildCache(dir string, buckets, fuzz bool, tryLock TryLock) (*Aside, error) {
	cache, err := openCache(filepath.Clean(dir))
	if err != nil || cache == nil {
		return nil, nil
	}
	if err := findMount(dir); err != nil {
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
	return moveEntries(cache, names, tryLock, true)
}

// openCache opens a cache. It returns nil if others could have led root elsewhere on the way.
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

// receiverOf returns for whom root acts in a directory: its owner.
func receiverOf(d *fsinfo.Dir) fsinfo.Receiver {
	uid, _ := d.Owner()
	return fsinfo.Receiver{UIDs: []int{uid}}
}

// exchange puts an empty directory of the same mode and owner in the place of a cache, in one step.
func exchange(cache *fsinfo.Dir, tryLock TryLock) (*Aside, error) {
	parent, err := cache.Up()
	if err != nil {
		return nil, err
	}
	if err := parent.CheckParent(receiverOf(cache)); err != nil {
		parent.Close()
		return nil, err
	}
	a := &Aside{dir: parent, place: cache.Name(), placeholder: -1, folderFD: -1, release: func() {}}
	if a.folder, a.placeholder, err = newFolder(parent.FD(), a.place+"."+fsinfo.CleanMark); err != nil {
		a.close()
		return nil, err
	}
	// The lock goes with the directory: in the place of the cache, it keeps others out until the go command has
	// removed the placeholder.
	a.release, _ = tryLock(a.Folder())
	if a.folderFD, err = fsinfo.OpenSub(cache.FD(), "."); err == nil {
		err = copyRights(a.placeholder, cache)
	}
	if err == nil {
		err = swap(parent.FD(), a.folder, a.place)
	}
	swapped := func() bool {
		return isFile(parent.FD(), a.place, a.placeholder) && isFile(parent.FD(), a.folder, cache.FD())
	}
	if err == nil && !swapped() {
		err = errors.Join(fsinfo.ErrReplaced, swap(parent.FD(), a.folder, a.place))
	}
	if err != nil {
		unix.Unlinkat(parent.FD(), a.folder, unix.AT_REMOVEDIR)
		a.close()
		return nil, err
	}
	return a, nil
}

// moveEntries moves entries of a cache, in this order, into a new folder in it. With anyPart, entries that cannot
// be moved stay; else all are moved, or none. It closes the cache, or leaves that to the Aside.
func moveEntries(cache *fsinfo.Dir, names []string, tryLock TryLock, anyPart bool) (*Aside, error) {
	a := &Aside{dir: cache, placeholder: -1, folderFD: -1, entries: []string{}, release: func() {}}
	if len(names) == 0 {
		a.close()
		return nil, nil
	}
	var err error
	if a.folder, a.folderFD, err = newFolder(cache.FD(), fsinfo.CleanMark); err != nil {
		a.close()
		return nil, err
	}
	var placeholder string
	if err = copyRights(a.folderFD, cache); err == nil {
		// Now, because without it nobody can tell later what the go command removed.
		placeholder, a.placeholder, err = newFolder(a.folderFD, fsinfo.CleanMark)
	}
	if err != nil {
		a.deleteFolder()
		return nil, err
	}
	a.release, _ = tryLock(a.Folder())
	for _, name := range names {
		switch moved := move(cache.FD(), name, a.folderFD, name); {
		case moved == nil:
			a.entries = append(a.entries, name)
		case !anyPart:
			return nil, a.undo(moved)
		default:
			err = moved
		}
	}
	if len(a.entries) == 0 {
		a.deleteFolder()
		return nil, err
	}
	if err := a.putPlaceholder(placeholder); err != nil && !anyPart {
		return nil, a.undo(err) // else all would be deleted, also if the go command removes nothing
	}
	return a, nil
}

// putPlaceholder moves the placeholder from the folder to the place of the entry that was moved last. In a module
// cache that is the folder cache, without which the other entries do not work.
func (a *Aside) putPlaceholder(from string) error {
	a.place = a.entries[len(a.entries)-1]
	var st unix.Stat_t
	if unix.Fstatat(a.folderFD, a.place, &st, unix.AT_SYMLINK_NOFOLLOW) == nil {
		unix.Fchmod(a.placeholder, uint32(st.Mode)&keptBits) // the right one, should it stay in the end
	}
	err := renameNew(a.folderFD, from, a.dir.FD(), a.place)
	if err != nil {
		unix.Close(a.placeholder)
		a.placeholder = -1
	}
	return err
}

// undo puts the entries back and returns why. If one cannot be put back, it stays in the folder, which the error
// names.
func (a *Aside) undo(why error) error {
	if a.restoreEntries() != nil {
		defer a.close()
		return fmt.Errorf("%w (a part of it is in %s)", why, a.Folder())
	}
	a.deleteFolder()
	return why
}
