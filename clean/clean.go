// Package clean lets go clean remove a cache in one step: what is to go is set aside by renaming, the go command finds an
// empty place, and then the rest is deleted, while others use the place again. Killed at any moment, it leaves the cache as
// it was or empty, and at most a folder whose name begins with or ends in go-safe-clean-NUMBER, for the next clean.
//
// What the go command did not remove, because it refused or failed, is put back. No link is followed, nothing on
// another device is deleted. It prints nothing; that nobody else is in the cache is the caller's care.
package clean

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mark is in the names of folders that hold what was set aside; a number follows.
const mark = "go-safe-clean-"

// A Hold takes a folder for its caller alone, without waiting, and returns what gives it back, and whether it was free. Who
// deletes holds the folder, so that no other clean takes it for one left behind.
type Hold func(folder string) (release func(), free bool)

// An Aside is what was set aside.
type Aside struct {
	cache   string
	folder  string   // holds it
	names   []string // the entries of the cache that were moved; none where it is the whole cache
	standIn *os.File // a new and empty directory in its place, which the go command removes
	release func()   // gives the hold on standIn or folder back
}

// ModCache sets a module cache aside: whole, into a folder beside it, or, where it is a mount point or its parent is not
// writable, entry by entry into a folder in it. There is nothing to set aside, and the Aside is nil, where the cache
// is missing, empty or a link: of a link the go command removes the link alone.
//
// An error says why it stays where it is.
func ModCache(dir string, hold Hold) (*Aside, error) {
	dir = filepath.Clean(dir)
	fi, err := os.Lstat(dir)
	if err != nil || !fi.IsDir() || !canSetAside {
		return nil, nil
	}
	if err := mounted(dir); err != nil {
		return nil, err
	}
	if a, err := exchange(dir, fi, hold); err == nil {
		return a, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil // which the go command will say
	}
	var names []string
	for _, e := range entries {
		if !isMarked(e.Name(), mark) {
			names = append(names, e.Name())
		}
	}
	// Without its zip in cache/download an extracted module is damaged (go mod verify), but not without its extract.
	if i := slices.Index(names, "cache"); i >= 0 {
		names = append(slices.Delete(names, i, i+1), "cache")
	}
	return moveIn(dir, names, hold, false)
}

// Keep notes the rights of a module cache's directory, and returns what gives them back, which does nothing for what is no directory. The go
// command opens each directory to everybody before it removes it (cmd/go/internal/modfetch.RemoveAll), and one in a parent that is not
// writable stays like that.
func Keep(dir string) (restore func()) {
	fi, err := os.Lstat(dir)
	if err != nil || !fi.IsDir() || !canSetAside {
		return func() {}
	}
	f, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	return func() {
		if now, err := f.Stat(); err == nil && os.SameFile(now, fi) && now.Mode() != fi.Mode() {
			f.Chmod(fi.Mode())
		}
		f.Close()
	}
}

// BuildCache sets the folders of a build cache aside that go clean -cache and, for fuzz, go clean -fuzzcache remove, into a
// folder in it: the cache itself keeps its rights and its lock. Any part of a build cache is one.
func BuildCache(dir string, buckets, fuzz bool, hold Hold) (*Aside, error) {
	if !canSetAside {
		return nil, nil
	}
	if err := mounted(dir); err != nil {
		return nil, err
	}
	var names []string
	for i := range 256 {
		if name := fmt.Sprintf("%02x", i); buckets && exists(filepath.Join(dir, name)) {
			names = append(names, name)
		}
	}
	if fuzz && exists(filepath.Join(dir, "fuzz")) {
		names = append(names, "fuzz")
	}
	return moveIn(dir, names, hold, true)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// exchange puts an empty directory, of the same mode and owner, in the place of dir, in one step.
func exchange(dir string, fi fs.FileInfo, hold Hold) (*Aside, error) {
	folder, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+"."+mark)
	if err != nil {
		return nil, err
	}
	a := &Aside{cache: dir, folder: folder}
	a.release, _ = hold(folder) // in the place of dir it keeps others out until the go command has removed it
	likeOwner(folder, fi)
	os.Chmod(folder, fi.Mode())
	if a.standIn, err = os.Open(folder); err == nil {
		err = swap(folder, dir)
	}
	if err != nil {
		a.end()
		os.RemoveAll(folder)
		return nil, err
	}
	return a, nil
}

// moveIn moves the entries of dir, in this order, into a new folder in it. One that stays is no error where any part may.
func moveIn(dir string, names []string, hold Hold, anyPart bool) (*Aside, error) {
	if len(names) == 0 {
		return nil, nil
	}
	fi, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(dir, mark)
	if err != nil {
		return nil, err
	}
	likeOwner(folder, fi)
	a := &Aside{cache: dir, folder: folder}
	a.release, _ = hold(folder)
	for _, name := range names {
		switch moved := move(dir, name, filepath.Join(filepath.Base(folder), name)); {
		case moved == nil:
			a.names = append(a.names, name)
		case !anyPart:
			a.Restore()
			return nil, moved
		default:
			err = moved
		}
	}
	if len(a.names) == 0 {
		a.Restore()
		return nil, err
	}
	// The last one moved is, in a module cache, the last one that can be missing.
	place := a.place()
	if err := os.Mkdir(place, 0o700); err == nil {
		a.standIn, _ = os.Open(place)
	}
	return a, nil
}

// move renames in dir. A read-only directory, such as an extracted module, is made writable for it, since its parent changes.
func move(dir, from, to string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	fi, err := root.Lstat(from)
	if err != nil {
		return err
	}
	if !fi.IsDir() || fi.Mode()&0o200 != 0 {
		return root.Rename(from, to)
	}
	root.Chmod(from, fi.Mode()|0o200)
	if err := root.Rename(from, to); err != nil {
		root.Chmod(from, fi.Mode())
		return err
	}
	return root.Chmod(to, fi.Mode())
}

// likeOwner gives a folder made by root to the owner of the cache, who is to have no trouble with it if we are killed.
func likeOwner(folder string, cache fs.FileInfo) {
	if uid, gid := ownerOf(cache); os.Geteuid() == 0 && uid != 0 {
		os.Lchown(folder, uid, gid)
	}
}

// place is where standIn is.
func (a *Aside) place() string {
	if len(a.names) == 0 {
		return a.cache
	}
	return filepath.Join(a.cache, a.names[len(a.names)-1])
}

// Removed reports whether the go command removed what it found in the place of what was set aside.
func (a *Aside) Removed() bool {
	if a.standIn == nil {
		return true
	}
	was, err := a.standIn.Stat()
	if err != nil {
		return true
	}
	is, err := os.Lstat(a.place())
	return err != nil || !os.SameFile(was, is)
}

// Restore puts back what was set aside. What others made meanwhile stays: beside what was there, or, in a build cache, in its place.
func (a *Aside) Restore() error {
	defer a.end()
	if a.standIn != nil && len(a.names) == 0 {
		if err := swap(a.folder, a.cache); err != nil {
			return err
		}
		if err := bring(filepath.Dir(a.cache), filepath.Base(a.folder), filepath.Base(a.cache)); err != nil {
			return err
		}
		return deleteFolder(a.folder)
	}
	if a.standIn != nil {
		os.Remove(a.place())
	}
	for _, name := range slices.Backward(a.names) {
		err := move(a.cache, filepath.Join(filepath.Base(a.folder), name), name)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return deleteFolder(a.folder)
}

// bring moves what one module cache in dir has and another lacks.
func bring(dir, from, to string) error {
	entries, err := os.ReadDir(filepath.Join(dir, from))
	if err != nil {
		return err
	}
	for _, e := range entries {
		from, to := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		switch _, lacks := os.Lstat(filepath.Join(dir, to)); {
		case errors.Is(lacks, fs.ErrNotExist):
			err = move(dir, from, to)
		case e.IsDir() && !strings.Contains(e.Name(), "@"): // an extracted module is whole
			err = bring(dir, from, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Delete deletes what was set aside. The error names what could not be.
func (a *Aside) Delete(hold Hold) error {
	defer a.end()
	if len(a.names) == 0 { // its hold is on what was in its place
		if release, free := hold(a.folder); free {
			defer release()
		}
	}
	return deleteFolder(a.folder)
}

// Folder is what Delete deletes.
func (a *Aside) Folder() string { return a.folder }

func (a *Aside) end() {
	a.release()
	if a.standIn != nil {
		a.standIn.Close()
	}
}
