package envfix

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/rogpeppe/go-internal/robustio"
)

// A PrivateCopy is a private copy of a module cache that can only be read. Once it is begun it serves every command of
// this user: if the path changed back and forth, every build would be a cold one. Its name follows from the path of the
// cache: it stays the same when the cache is replaced, and serves when the cache is gone. When the cache can be
// written to again, it is used as any that works.
type PrivateCopy struct {
	Of, Dir      string // the cache, and the private copy
	SumsOf, Sums string // where each has the checksum database's state, "" where GOPATH stays as it is
}

// copyName is the name of the private copy of a cache, below a private base: half of the path's SHA-256, for which
// nobody can find a second path.
func copyName(cache string) string {
	sum := sha256.Sum256([]byte(filepath.Clean(cache)))
	return fmt.Sprintf("mod-%x", sum[:16])
}

// recordName is the file in a private copy that has the path of its cache. The go command removes it with the copy,
// and neither the go command nor the shape of a cache (package rights) minds a file there.
const recordName = "cache/download/.go-safe.source"

// record is what the file has in it.
func record(cache string) string { return filepath.Clean(cache) + "\n" }

// recorded reports whether dir is the private copy of the cache, or of no cache yet.
func recorded(dir, cache string) (begun, free bool) {
	data, err := fsinfo.ReadFile(filepath.Join(dir, recordName))
	if err != nil {
		return false, errors.Is(err, fs.ErrNotExist)
	}
	same := string(data) == record(cache)
	return same, same
}

// Begin makes the private copy's directory with the record of its cache, if they are missing.
func (t *PrivateCopy) Begin() error {
	if begun, _ := recorded(t.Dir, t.Of); begun {
		return nil
	}
	name := filepath.Join(t.Dir, recordName)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+"*.tmp")
	if err != nil {
		return err
	}
	_, err = f.WriteString(record(t.Of))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = robustio.Rename(f.Name(), name) // on Windows another command may read the old one now
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// copyBase returns the private base with the private copy of a cache that does not work, and whether the copy is
// begun; else the best of the bases, "" where none works.
func (r *resolver) copyBase(cache, why string) (base string, begun bool) {
	bases := r.cacheBases()
	if why != "" && filepath.IsAbs(cache) {
		for _, dir := range bases {
			begun, _ := recorded(filepath.Join(dir, copyName(cache)), cache)
			if begun && r.pickDir([]string{dir}, gopathNeeds) != "" {
				return dir, true
			}
		}
	}
	return r.pickCacheBase(), false
}

// useCopy makes GOMODCACHE the private copy of the cache. It reports whether that can be: the directory may be that of
// another cache.
func (r *resolver) useCopy(base string, path, cache Setting, why string) bool {
	t := &PrivateCopy{Of: cache.Value, Dir: filepath.Join(base, copyName(cache.Value))}
	if _, free := recorded(t.Dir, t.Of); !free {
		return false
	}
	if gopath := r.plan.GOPATH.Value; gopath != path.Value {
		t.SumsOf = filepath.Join(First(path.Value), "pkg", "sumdb")
		t.Sums = filepath.Join(First(gopath), "pkg", "sumdb")
	}
	r.plan.PrivateCopy = t
	r.plan.ModCache.set(cache, t.Dir, why)
	return true
}
