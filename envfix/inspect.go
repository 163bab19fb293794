package envfix

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/user"
)

// A DirInfo is what Inspect found: the facts by which Resolve decides.
type DirInfo struct {
	Path     string
	Exists   bool
	Deepest  string      // the part of the path that exists
	Mode     fs.FileMode // of Deepest
	Owner    int         // of Deepest, -1 if the system has no numeric owners
	Group    int         // of Deepest, likewise
	Access   string      // why it can be neither used nor made, in words that follow the path; "" if it can
	Room     string      // why there is too little room, in such words
	NoExec   bool
	ReadOnly bool
	Bytes    uint64 // left for this user
	Files    uint64 // left
	Names    int    // bytes of the longest name in it, 0 if not known
}

// Inspect looks at a directory that is the value of the variable name: one of those that Resolve decides, or WORK
// for a temp folder that also holds $WORK. It writes and executes nothing, and walks no directory.
func Inspect(name, path string) DirInfo {
	f := look(path)
	need := map[string]needs{
		"GOTMPDIR": smallWorkNeeds, TempName: tempNeeds, "GOPATH": gopathNeeds, "WORK": workNeeds,
	}[name]
	switch {
	case name == "GOCACHE":
		need = buildCacheNeeds(fsinfo.NewStatCache(), path)
	case need == (needs{}):
		need = cacheNeeds
	}
	need.exec = false
	p := DirInfo{
		Path: path, Exists: f.exists(), Deepest: f.deepest, Owner: f.owner, Access: f.unusable(needs{}),
		NoExec: f.noexec, ReadOnly: f.readonly, Bytes: f.bytes, Files: f.files, Names: f.names,
	}
	if p.Access == "" {
		p.Room = f.unusable(need)
	}
	if fi, err := os.Stat(f.deepest); err == nil {
		p.Mode, p.Group = fi.Mode(), fsinfo.Group(fi)
	}
	return p
}

// JoinedLater returns the group to which the directory, or the closed one above it, is open, if this user is in it and
// this session is not; "" if there is none. See user.JoinedLater.
func (p DirInfo) JoinedLater() string {
	if p.Access == "" || p.ReadOnly || !filepath.IsAbs(p.Path) {
		return ""
	}
	for dir := p.Deepest; ; dir = filepath.Dir(dir) {
		fi, err := os.Stat(dir)
		if errors.Is(err, fs.ErrPermission) && dir != filepath.Dir(dir) {
			continue
		}
		if err != nil || !fi.IsDir() || fi.Mode()&0o010 == 0 {
			return ""
		}
		return user.JoinedLater(fsinfo.Group(fi))
	}
}

// LongNames returns the first folder for private caches that takes names of 255 bytes, as a module may contain; ""
// if there is none.
func (s *Settings) LongNames() string {
	for _, dir := range s.privateBases() {
		if f := look(dir); privateUnusable(dir) == "" && f.unusable(cacheNeeds) == "" && f.names >= LongestName {
			return dir
		}
	}
	return ""
}

// LongestName is the length in bytes of the longest name on most file systems.
const LongestName = 255

// WriteTrouble writes a small file to the directory and removes it. It returns why that failed, in words like those of
// Access and Room. It returns "" if it worked, if the directory is missing, or if Access or Room already name a
// reason.
func (p DirInfo) WriteTrouble() string {
	if !p.Exists || p.Access+p.Room != "" {
		return ""
	}
	return tryWrite(p.Path)
}

// EnvFileVars returns a copy of what the user's env file sets.
func (s *Settings) EnvFileVars() map[string]string { return maps.Clone(s.envFileVars) }

// Directory returns the value of GOCACHE, GOPATH, GOMODCACHE or TempName as the go command finds it, defaults
// included. For other variables it is Get.
func (s *Settings) Directory(name string) Setting {
	switch name {
	case "GOCACHE":
		return s.gocache()
	case "GOPATH":
		return s.gopath()
	case "GOMODCACHE":
		return s.gomodcache(s.gopath().Value)
	case TempName:
		return s.tempDir()
	}
	return s.Get(name)
}

// First returns the first entry of a list of paths, "" if there is none.
func First(list string) string {
	if dirs := filepath.SplitList(list); len(dirs) > 0 {
		return dirs[0]
	}
	return ""
}
