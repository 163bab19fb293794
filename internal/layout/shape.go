// Package layout knows what a GOMODCACHE and a GOCACHE look like from inside: which names the go command and
// go-safe give, and what each part of a cache is for. It opens nothing.
package layout

import (
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Shape is what a directory looks like from inside.
type Shape int

const (
	Other      Shape = iota
	Empty            // nothing is in it
	ModCache         // a GOMODCACHE
	BuildCache       // a GOCACHE
)

// LostFound is the directory in the root of a file system where fsck(8) puts what it finds: it may be anybody's.
const LostFound = "lost+found"

// ShapeOf tells the shape of a directory with these entries. If it is Other, odd is an entry that does not belong
// in a cache. isDir reports whether a path in the directory is a directory. A module cache has no files at the
// top, and the first element of each path in it is in cache/download too.
func ShapeOf(list []string, isDir func(path string) bool) (s Shape, odd string) {
	list = slices.DeleteFunc(slices.Clone(list), inAnyCache)
	if len(list) == 0 {
		return Empty, ""
	}
	if isDir("00") && isDir("ff") {
		i := slices.IndexFunc(list, func(name string) bool { return !inBuildCache(name) })
		if i < 0 {
			return BuildCache, ""
		}
		return Other, list[i]
	}
	for _, name := range list {
		first, _, _ := strings.Cut(name, "@")
		if name != "cache" && !(isDir(name) && isDir("cache/download/"+first)) {
			return Other, name
		}
	}
	if !isDir("cache/download") && !isDir("cache/vcs") {
		return Other, list[0]
	}
	return ModCache, ""
}

// inAnyCache reports whether an entry of this name may be in any cache, and says nothing about its shape.
func inAnyCache(name string) bool {
	ours := strings.HasPrefix(name, fsinfo.LockName) || strings.HasPrefix(name, fsinfo.CleanMark)
	return ours || IsAside(name) || name == LostFound
}

// Pulls is the folder in a GOCACHE in which go-safe-cache notes what it pulled.
const Pulls = "go-safe-cache"

// inBuildCache reports whether the go command or go-safe-cache makes an entry of this name in GOCACHE.
func inBuildCache(name string) bool {
	if len(name) == 2 && strings.Trim(name, "0123456789abcdef") == "" {
		return true
	}
	return slices.Contains([]string{"README", "trim.txt", "testexpire.txt", "log.txt", "fuzz", Pulls}, name)
}

// IsAside reports whether an entry of this name was moved aside.
func IsAside(name string) bool {
	i := strings.LastIndex(name, fsinfo.ForeignSuffix)
	return i >= 0 && strings.Trim(name[i+len(fsinfo.ForeignSuffix):], ".0123456789") == ""
}
