//go:build unix

package rights

import (
	"io/fs"
	"strings"
)

// A zone is a part of a cache where entries have the same rights.
type zone int

const (
	buildZone    zone = iota // GOCACHE: files are rewritten in place
	rootZone                 // GOMODCACHE itself
	pathZone                 // above extracted modules
	moduleZone               // an extracted module, whose directories are read-only
	cacheZone                // GOMODCACHE/cache
	downloadZone             // lock files in it are opened for writing
	repoZone                 // git's and others' repositories, whose objects are read-only
	binZone                  // binaries, settings, telemetry: made for the owner, and nothing else
)

// zone is the zone of the root directory.
func (s Shape) zone() zone {
	if s == BuildCache {
		return buildZone
	}
	return rootZone
}

// below is the zone of an entry.
func (z zone) below(name string) zone {
	switch z {
	case rootZone, pathZone:
		switch {
		case z == rootZone && name == "cache":
			return cacheZone
		case strings.Contains(name, "@"): // no element of a module path has one (golang.org/x/mod/module)
			return moduleZone
		}
		return pathZone
	case cacheZone:
		if name == "vcs" {
			return repoZone
		}
		return downloadZone
	}
	return z
}

// needs are the rights without which the owner of an entry cannot work with the cache. Rights beyond them are as he, or
// the go command, chose.
func (z zone) needs(name string, dir bool) fs.FileMode {
	switch {
	case z == binZone:
		return 0
	case dir && z == moduleZone:
		return 0o500
	case dir:
		return 0o700
	case z == buildZone, z == downloadZone && strings.HasSuffix(name, ".lock"):
		return 0o600
	}
	return 0o400
}
