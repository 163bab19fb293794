//go:build unix

package clean

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// FindUndeletable looks for directories in a module cache that this user cannot empty. If there are any, go clean
// -modcache would delete only half of the cache: extracted modules are read-only, and only their owner may change that,
// whatever the group may do. Root can empty all.
//
// It does not look at files, nor into extracted modules, each of which one user has written. So it takes a small
// part of the time of the deletion.
func FindUndeletable(cache string) Undeletable {
	var found Undeletable
	if os.Geteuid() == 0 {
		return found
	}
	filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		fi, err := d.Info()
		if err != nil {
			return nil
		}
		if fsinfo.Owner(fi) != os.Geteuid() && !canEmpty(path, fi) {
			found.add(path, fsinfo.Owner(fi))
			return fs.SkipDir
		}
		if strings.Index(d.Name(), "@") > 0 {
			return fs.SkipDir
		}
		return nil
	})
	return found
}

func (u *Undeletable) add(path string, owner int) {
	u.Count++
	if u.Count == 1 {
		u.First = path
	}
	if !slices.Contains(u.Owners, owner) {
		u.Owners = append(u.Owners, owner)
	}
}

// canEmpty reports whether this user can delete all entries of another user's directory.
func canEmpty(dir string, fi fs.FileInfo) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	if !fsinfo.Allowed(dir, unix.W_OK|unix.X_OK) {
		return len(entries) == 0
	}
	return fi.Mode()&fs.ModeSticky == 0 || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		fi, err := e.Info()
		return err == nil && fsinfo.Owner(fi) != os.Geteuid()
	})
}
