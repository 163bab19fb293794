package envfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// facts are what a look at a path tells. Nothing is written, executed or walked for it.
type facts struct {
	path     string // what was asked
	deepest  string // the part of it that exists
	err      error  // why the rest does not, other than that it is missing
	dir      bool   // deepest is a directory
	owner    int    // of deepest, -1 where the system has no numbers
	writable bool   // entries may be made in deepest, and looked up
	sticky   bool   // deepest lets only the owner of an entry, and its own, remove or rename it
	volume          // that deepest is on
}

// A volume is what statfs tells of a file system. Where it tells nothing, all is well.
type volume struct {
	readonly bool
	noexec   bool
	bytes    uint64 // left for this user
	files    uint64 // left
	names    int    // bytes of the longest name, 0 where that is not known
}

// exists reports whether the path itself is there.
func (f facts) exists() bool {
	return f.deepest == f.path
}

// look looks at path, an absolute one; links are followed, for the user may have placed them.
func look(path string) facts {
	return looks{}.at(path)
}

// looks are what was seen, by clean path: while a plan is made nothing changes, and each start pays for each look.
type looks map[string]facts

func (l looks) at(path string) facts {
	path = filepath.Clean(path)
	f, ok := l[path]
	if !ok {
		f = l.first(path)
		l[path] = f
	}
	return f
}

// first looks at a path, and where it is missing at the directory that it would be in.
func (l looks) first(path string) facts {
	f := facts{path: path, deepest: path, owner: -1}
	fi, err := os.Stat(path)
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
	f.owner = ownerOf(fi)
	f.sticky = fi.Mode()&fs.ModeSticky != 0
	f.writable = writable(path)
	f.volume = volumeOf(path)
	return f
}

// A room is what a directory needs to be of use, beyond that one can write to it.
type room struct {
	exec  bool   // files in it are executed
	bytes uint64 // least room left
	files uint64
}

// The rooms. A cache is left only when next to nothing fits in any more: leaving it costs a rebuild. TMPDIR holds what the
// linker and the C compiler write. A folder for $WORK, where we have the choice, should take a large
// build: 512 MiB were too few in the field (failures.md, F05).
var (
	cacheRoom  = room{exec: true, bytes: 1 << 20, files: 16}
	pathRoom   = room{bytes: 1 << 20, files: 16}
	tempRoom   = room{bytes: 32 << 20, files: 256}
	chosenRoom = room{exec: true, bytes: 16 << 20, files: 64}
	workRoom   = room{exec: true, bytes: 1 << 30, files: 4096}
)

// newCacheRoom is what a new build cache needs, which gets 256 folders before anything else (cmd/go/internal/cache.Open).
var newCacheRoom = room{exec: cacheRoom.exec, bytes: cacheRoom.bytes, files: cacheRoom.files + 256}

// buildRoom is what a build cache needs.
func buildRoom(cache string) room {
	if _, err := os.Stat(filepath.Join(cache, "ff")); err != nil {
		return newCacheRoom
	}
	return cacheRoom
}

// unusable says why the directory cannot serve, in words that follow its path; "" where it can, if
// only by being made first.
func (f facts) unusable(r room) string {
	switch {
	case f.err != nil:
		return "cannot be reached: " + lastError(f.err)
	case !f.dir && f.exists():
		return "is not a directory"
	case !f.dir:
		return "cannot be made: " + f.deepest + " is not a directory"
	case f.readonly && f.exists():
		return "is on a read-only file system"
	case !f.writable && f.exists():
		return "is not writable by " + user()
	case !f.writable || f.readonly:
		return "cannot be made: " + f.deepest + " is not writable by " + user()
	case r.exec && f.noexec:
		return "is on a file system mounted noexec"
	case f.bytes < r.bytes:
		return fmt.Sprintf("has %d KiB left", f.bytes>>10)
	case f.files < r.files:
		return fmt.Sprintf("has %d inodes left", f.files)
	}
	return ""
}

// lastError is what the system said, without the path.
func lastError(err error) string {
	var e *fs.PathError
	var no syscall.Errno
	switch {
	case errors.As(err, &e):
		return e.Err.Error()
	case errors.As(err, &no):
		return no.Error()
	}
	return err.Error()
}
