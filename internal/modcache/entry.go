// Package modcache knows how a module cache is laid out, and looks at one by path. It changes nothing in a cache,
// except that Lock makes the lock file of a module version if it is missing.
// The names are those of cmd/go/internal/modfetch.CachePath and DownloadDir.
package modcache

import (
	"strings"

	"golang.org/x/mod/module"
)

// Downloads is the folder of a module cache for what was downloaded.
const Downloads = "cache/download"

// An Entry is one version of a module, and the names that a module cache has for its files. All names are
// relative to the cache, with slashes.
type Entry struct {
	module.Version
	path    string // the module path as file names have it
	version string // the version as file names have it; names of downloaded files begin with it
}

// NewEntry returns the entry of a version. It is not ok where the go command would not use one: the names would
// be wrong, or the version is not the full one.
func NewEntry(v module.Version) (e Entry, ok bool) {
	e.Version = v
	ok = e.Named()
	return e, ok
}

// Named sets the names, once, and reports whether a cache can have files for the version.
func (e *Entry) Named() bool {
	if e.path != "" {
		return true
	}
	path, err := module.EscapePath(e.Path)
	if err != nil || module.CanonicalVersion(e.Version.Version) != e.Version.Version {
		return false
	}
	version, err := module.EscapeVersion(e.Version.Version)
	if err != nil {
		return false
	}
	e.path, e.version = path, version
	return true
}

// EntryOf returns the entry that names of files tell: path and version as they are there.
func EntryOf(path, version string) (e Entry, ok bool) {
	realPath, err := module.UnescapePath(path)
	if err != nil {
		return e, false
	}
	realVersion, err := module.UnescapeVersion(version)
	if err != nil {
		return e, false
	}
	return NewEntry(module.Version{Path: realPath, Version: realVersion})
}

// Dir is where the version is extracted.
func (e *Entry) Dir() string { return e.path + "@" + e.version }

// Folder is the folder of the module's downloads.
func (e *Entry) Folder() string { return Downloads + "/" + e.path + "/@v" }

// Base is the name of a downloaded file in that folder: suffix is ".zip" or another of suffixes.
func (e *Entry) Base(suffix string) string { return e.version + suffix }

// File is the whole name of a downloaded file.
func (e *Entry) File(suffix string) string { return e.Folder() + "/" + e.version + suffix }

// suffixes are those of the files that belong to a version (cmd/go/internal/modfetch.CachePath).
var suffixes = []string{".info", ".lock", ".mod", ".partial", ".zip", ".ziphash"}

// SplitName splits the name of a downloaded file into version and suffix; version is "" for other files. A
// temporary file has digits and .tmp behind the name that it was to get (cmd/go/internal/modfetch.tempFile).
func SplitName(name string) (version, suffix string, temp bool) {
	name, temp = strings.CutSuffix(name, ".tmp")
	if temp {
		name = strings.TrimRight(name, "0123456789")
	}
	for _, suffix := range suffixes {
		if version, ok := strings.CutSuffix(name, suffix); ok {
			return version, suffix, temp
		}
	}
	return "", "", false
}
