package rights

import (
	"slices"
	"strings"
)

// A Shape is what a directory looks like from inside.
type Shape int

const (
	Other      Shape = iota
	Empty            // nothing is in it
	ModCache         // a GOMODCACHE
	BuildCache       // a GOCACHE
)

// What go-safe itself leaves in a cache: the file of package lock in a directory that cannot be locked itself, under a longer name
// where that was killed before it had this one, and folders that package clean deletes the next time.
const (
	lockName  = ".go-safe.lock"
	cleanMark = "go-safe-clean-"
)

// lostFound is where fsck(8) puts what it finds on a file system, in the root directory of that.
const lostFound = "lost+found"

// shapeOf tells the shape of a directory with these entries, and names one that does not belong in a cache. isDir reports
// whether a path in it is a directory. In a module cache each first element of a path is in cache/download too; it holds
// no files.
func shapeOf(list []string, isDir func(path string) bool) (s Shape, odd string) {
	list = slices.DeleteFunc(slices.Clone(list), func(name string) bool {
		return strings.HasPrefix(name, lockName) || strings.HasPrefix(name, cleanMark) || IsAside(name) || name == lostFound
	})
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

// inBuildCache reports whether the go command makes an entry of this name in GOCACHE.
func inBuildCache(name string) bool {
	if len(name) == 2 && strings.Trim(name, "0123456789abcdef") == "" {
		return true
	}
	return slices.Contains([]string{"README", "trim.txt", "testexpire.txt", "log.txt", "fuzz"}, name)
}

// asideSuffix is that of package envfix's.
const asideSuffix = ".foreign"

// IsAside reports whether an entry of this name was moved aside, by Fix or by package envfix.
func IsAside(name string) bool {
	i := strings.LastIndex(name, asideSuffix)
	return i >= 0 && strings.Trim(name[i+len(asideSuffix):], ".0123456789") == ""
}
