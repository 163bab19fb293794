//go:build unix

package clean

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// An Aside is what was set aside: a whole module cache, or entries of a cache.
//
// In the place of the cache, or of the entry that was moved last, there is a placeholder: an empty directory for
// the go command to remove. Whether it is gone afterwards tells whether the go command removed the cache.
type Aside struct {
	dir         *fsinfo.Dir // the directory that has place and folder in it: the cache's parent, or the cache
	place       string      // the name of the placeholder
	placeholder int         // its descriptor; -1 for none
	folder      string      // the name of the folder that has what was set aside
	folderFD    int
	entries     []string // what is in folder, if entries of a cache were set aside; nil for a whole cache
	release     func()   // gives the lock on placeholder or folder back
}

// Folder returns the path of what Delete deletes.
func (a *Aside) Folder() string { return filepath.Join(a.dir.Real(), a.folder) }

// Removed reports whether the go command removed what it found in the place of what was set aside.
func (a *Aside) Removed() bool {
	return a.placeholder < 0 || !isFile(a.dir.FD(), a.place, a.placeholder)
}

// Restore puts back what was set aside. What others have made in its place meanwhile stays.
func (a *Aside) Restore() error {
	if a.entries != nil {
		if err := a.restoreEntries(); err != nil {
			a.close()
			return err
		}
		return a.deleteFolder()
	}
	defer a.close()
	if err := swap(a.dir.FD(), a.folder, a.place); err != nil {
		return a.withPath(err)
	}
	// Now the name of the folder is that of the placeholder, which may have what others have made in it.
	if err := moveMissing(a.placeholder, a.folderFD); err != nil {
		return a.withPath(err)
	}
	return a.withPath(remove(a.dir.FD(), a.folder, a.placeholder))
}

func (a *Aside) restoreEntries() error {
	if a.placeholder >= 0 {
		unix.Unlinkat(a.dir.FD(), a.place, unix.AT_REMOVEDIR)
	}
	for _, name := range slices.Backward(a.entries) {
		err := move(a.folderFD, name, a.dir.FD(), name)
		if errors.Is(err, fs.ErrExist) {
			err = moveMissingBelow(a.folderFD, a.dir.FD(), name)
		}
		if err != nil {
			return a.withPath(err)
		}
	}
	return nil
}

// Delete deletes what was set aside. The error names what could not be deleted.
func (a *Aside) Delete(tryLock TryLock) error {
	if a.entries == nil { // until now the lock was on the placeholder
		if release, free := tryLock(a.Folder()); free {
			defer release()
		}
	}
	return a.deleteFolder()
}

// deleteFolder deletes the folder with all that is in it.
func (a *Aside) deleteFolder() error {
	defer a.close()
	return a.withPath(remove(a.dir.FD(), a.folder, a.folderFD))
}

// withPath completes the path in an error about something in the folder.
func (a *Aside) withPath(err error) error {
	return deleteError(err, a.Folder())
}

func (a *Aside) close() {
	a.release()
	for _, fd := range []int{a.placeholder, a.folderFD} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	a.dir.Close()
}
