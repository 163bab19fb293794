package layout

import (
	"io/fs"
	"slices"
	"strings"
)

// An Area is a part of a cache in which entries need the same rights.
type Area int

const (
	Build      Area = iota // GOCACHE: files are rewritten in place
	ModRoot                // GOMODCACHE itself
	ModulePath             // the directories above extracted modules
	Module                 // an extracted module, whose directories are read-only
	Cache                  // GOMODCACHE/cache
	Download               // GOMODCACHE/cache/download: lock files in it are opened for writing
	Repo                   // repositories of git and others, whose objects are read-only
	Plain                  // no cache: binaries, settings, telemetry
)

// Area returns the area of the root directory of a cache.
func (s Shape) Area() Area {
	if s == BuildCache {
		return Build
	}
	return ModRoot
}

// Below returns the area of a directory in a directory of this area.
func (a Area) Below(name string) Area {
	switch a {
	case ModRoot, ModulePath:
		switch {
		case a == ModRoot && name == "cache":
			return Cache
		case strings.Contains(name, "@"): // no element of a module path has one (golang.org/x/mod/module)
			return Module
		}
		return ModulePath
	case Cache:
		if name == "vcs" {
			return Repo
		}
		return Download
	}
	return a
}

// Needs returns the rights without which the owner of an entry cannot work with the cache. Other rights are as the
// owner or the go command chose.
func (a Area) Needs(name string, dir bool) fs.FileMode {
	switch {
	case a == Plain:
		return 0
	case dir && a == Module:
		return 0o500
	case dir:
		return 0o700
	case a == Build, a == Download && strings.HasSuffix(name, ".lock"):
		return 0o600
	}
	return 0o400
}

// HasFile reports whether the go command makes files of this name in a directory dir of the area. In modules and
// plain directories nobody knows.
func (a Area) HasFile(dir, name string) bool {
	switch a {
	case Cache:
		return name == "lock"
	case Build:
		hash, kind, _ := strings.Cut(name, "-")
		return len(hash) == 64 && (kind == "a" || kind == "d")
	case Repo:
		hash, _, _ := strings.Cut(name, ".")
		return len(hash) == 64
	case Download:
		return dir == "@v" && inVersions(name)
	}
	return false
}

// HasDir reports whether the go command makes directories of this name in a directory dir of the area. deep reports
// whether HasFile and HasDir say the same of what is in it: not in modules and repositories, where anything may be.
func (a Area) HasDir(dir, name string) (ok, deep bool) {
	below := a.Below(name)
	switch {
	case below == Module:
		_, version, _ := strings.Cut(name, "@v")
		return version != "", false
	case strings.HasPrefix(name, "."):
		return false, false
	case a == Cache:
		return name == "download" || name == "vcs", true
	case a == Repo:
		return len(name) == 64, false
	case a == Build: // a program that go run or go tool keeps
		return a.HasFile(dir, name), false
	}
	return true, !(dir == "download" && name == "sumdb")
}

// inVersions reports whether the go command makes files of this name in a directory @v of cache/download.
func inVersions(name string) bool {
	i := strings.LastIndexByte(name, '.')
	if name == "list" || i <= 0 {
		return name == "list"
	}
	kinds := []string{".info", ".lock", ".mod", ".partial", ".tmp", ".zip", ".ziphash"}
	return slices.Contains(kinds, name[i:]) && (name[0] == 'v' || name == "list.lock")
}
