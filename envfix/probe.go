package envfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// facts are what a look at a path finds. The look writes and executes nothing, and walks no directory.
type facts struct {
	path     string // the path looked at
	deepest  string // the longest part of it that exists
	err      error  // why the rest could not be looked at; nil if it is just missing
	dir      bool   // deepest is a directory
	owner    int    // of deepest, -1 if the system has no numeric owners
	writable bool   // we can make and look up entries in deepest
	sticky   bool   // only the owner of an entry or of deepest can remove or rename the entry
	volume          // the file system of deepest
}

// A volume is what statfs says about a file system. If statfs says nothing, go-safe assumes that all is well.
type volume struct {
	readonly bool
	noexec   bool
	bytes    uint64 // left for this user
	files    uint64 // left
	names    int    // bytes of the longest name, 0 if not known
}

// exists reports whether the path itself exists.
func (f facts) exists() bool {
	return f.deepest == f.path
}

// look looks at an absolute path. It follows links, because the user may have made them.
func look(path string) facts {
	return newSeenPaths(fsinfo.NewStatCache()).at(path)
}

// seenPaths are the facts of paths that were looked at, by clean path. Nothing changes while a plan is made.
type seenPaths struct {
	*fsinfo.StatCache
	facts map[string]facts
}

func newSeenPaths(seen *fsinfo.StatCache) seenPaths {
	return seenPaths{seen, make(map[string]facts)}
}

// at looks at a path, once.
func (l seenPaths) at(path string) facts {
	path = filepath.Clean(path)
	f, ok := l.facts[path]
	if !ok {
		f = l.lookNow(path)
		l.facts[path] = f
	}
	return f
}

// ours reports whether this user owns what a path leads to.
func (l seenPaths) ours(path string) bool {
	fi, err := l.Stat(path)
	return err == nil && fsinfo.Ours(path, fi)
}

// lookNow looks at a path, and if it is missing, at the directory above it.
func (l seenPaths) lookNow(path string) facts {
	f := facts{path: path, deepest: path, owner: -1}
	fi, err := l.Stat(path)
	parent := filepath.Dir(path)
	switch {
	case (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) && path != parent:
		if _, linked := os.Lstat(path); linked == nil {
			f.err = errors.New("a link to nothing")
			return f
		}
		f = l.at(parent)
		f.path = path
		return f
	case err != nil:
		f.err = err
		return f
	}
	f.dir = fi.IsDir()
	f.owner = fsinfo.Owner(fi)
	f.sticky = fi.Mode()&fs.ModeSticky != 0
	f.writable = l.Writable(path)
	f.volume = volumeOf(path)
	return f
}

// needs are what a directory must have besides being writable.
type needs struct {
	exec  bool   // files in it are executed
	bytes uint64 // at least so many must be left
	files uint64 // likewise
}

// A cache counts as full only when next to nothing fits into it any more, because leaving it costs a rebuild.
// TMPDIR holds what the linker and the C compiler write. If go-safe chooses the folder for $WORK, it should hold a
// large build: 512 MiB were too few in practice.
var (
	cacheNeeds     = needs{exec: true, bytes: 1 << 20, files: 16}
	gopathNeeds    = needs{bytes: 1 << 20, files: 16}
	tempNeeds      = needs{bytes: 32 << 20, files: 256}
	smallWorkNeeds = needs{exec: true, bytes: 16 << 20, files: 64}
	workNeeds      = needs{exec: true, bytes: 1 << 30, files: 4096}
)

// newCacheNeeds is what a new build cache needs: the go command first makes 256 folders in it
// (cmd/go/internal/cache.Open).
var newCacheNeeds = needs{exec: cacheNeeds.exec, bytes: cacheNeeds.bytes, files: cacheNeeds.files + 256}

// buildCacheNeeds returns what a build cache needs, new or in use.
func buildCacheNeeds(seen *fsinfo.StatCache, cache string) needs {
	if _, err := seen.Stat(filepath.Join(cache, "ff")); err != nil {
		return newCacheNeeds
	}
	return cacheNeeds
}

// unusable says why the directory cannot be used, in words that follow its path. It returns "" if it can be used,
// even if it has to be made first.
func (f facts) unusable(r needs) string {
	switch {
	case f.err != nil:
		return "cannot be reached: " + fsinfo.Reason(f.err).Error()
	case !f.dir && f.exists():
		return "is not a directory"
	case !f.dir:
		return "cannot be made: " + f.deepest + " is not a directory"
	case f.readonly && f.exists():
		return "is on a read-only file system"
	case !f.writable && f.exists():
		return "is not writable by " + thisUser()
	case !f.writable || f.readonly:
		return "cannot be made: " + f.deepest + " is not writable by " + thisUser()
	case r.exec && f.noexec:
		return "is on a file system mounted noexec"
	case f.bytes < r.bytes:
		return fmt.Sprintf("has %d KiB left", f.bytes>>10)
	case f.files < r.files:
		return fmt.Sprintf("has %d inodes left", f.files)
	}
	return ""
}
