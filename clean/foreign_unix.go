//go:build unix

package clean

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FindForeign looks for them. A clean would delete half of the cache then (F36): extracted modules are read-only, and only
// their owner may change that, whatever the group's rights are. Root can empty all.
//
// An extracted module was written by one user; its inside is not looked at, nor are files, so that this takes a small part
// of the time of the deletion.
func FindForeign(cache string) Foreign {
	var found Foreign
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
		owner, _ := ownerOf(fi)
		if owner != os.Geteuid() && !canEmpty(path, fi) {
			found.add(path, owner)
			return fs.SkipDir
		}
		if strings.Index(d.Name(), "@") > 0 {
			return fs.SkipDir
		}
		return nil
	})
	return found
}

func (f *Foreign) add(path string, owner int) {
	f.Count++
	if f.Count == 1 {
		f.First = path
	}
	if !slices.Contains(f.Owners, owner) {
		f.Owners = append(f.Owners, owner)
	}
}

// canEmpty reports whether this user can delete all entries of another user's directory.
func canEmpty(dir string, fi fs.FileInfo) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	if !writable(dir) {
		return len(entries) == 0
	}
	return fi.Mode()&fs.ModeSticky == 0 || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		fi, err := e.Info()
		if err != nil {
			return false
		}
		owner, _ := ownerOf(fi)
		return owner != os.Geteuid()
	})
}
