package modcache

import (
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/module"
)

// A Suspect is a file in a module cache that may be why a command fails which asks for a version of a module.
type Suspect struct {
	Path   string // of the file; or of what the go command will have to write to
	Module string // path@version
	Mod    bool   // it is the .mod file
	Surely bool   // the version is named on the command line, or all that go.mod requires is asked for
}

// Torn yields the torn files among those that the command asks for, as far as it comes in the given time: empty .mod files, and zip files
// without an end that are still to be extracted. Both the go command neither mends nor names as what they are.
func (p Project) Torn(asked Asked, cache string, within time.Duration) iter.Seq[Suspect] {
	s := newStore(cache, false)
	return p.suspects(asked, s, within, func(part *part, yield func(Suspect) bool) bool {
		mod := s.path(s.file(part, ".mod"))
		zip := s.path(s.file(part, ".zip"))
		return (!part.mod || !isEmpty(mod) || yield(part.suspect(mod, true))) &&
			(!part.tree || exists(s.path(s.tree(part))) || !tornZip(zip) || yield(part.suspect(zip, false)))
	})
}

// Lacking yields what the go command will write to for what the command asks for and is not there, as far as it comes in the given
// time: lock files, and the folders of downloads and of extracted modules, which need not be there either.
func (p Project) Lacking(asked Asked, cache string, within time.Duration) iter.Seq[Suspect] {
	s := newStore(cache, false)
	return p.suspects(asked, s, within, func(part *part, yield func(Suspect) bool) bool {
		return s.holds(part) || yield(part.suspect(s.path(s.file(part, ".lock")), false)) &&
			yield(part.suspect(s.path(s.downloads(part)), false)) &&
			yield(part.suspect(s.path(filepath.Dir(s.tree(part))), false))
	})
}

func (p *part) suspect(path string, mod bool) Suspect {
	return Suspect{path, p.Path + "@" + p.Version.Version, mod, p.surely}
}

// suspects calls look for what is asked of the cache, until that or the time ends, and closes the store.
func (p Project) suspects(asked Asked, s store, within time.Duration, look func(*part, func(Suspect) bool) bool) iter.Seq[Suspect] {
	return func(yield func(Suspect) bool) {
		defer s.close()
		end := time.Now().Add(within)
		for part := range p.asked(asked) {
			if part.escape() && !part.bare() && !look(&part, yield) || time.Now().After(end) {
				return
			}
		}
	}
}

// asked yields what Need would have, without the time that a large go.sum takes: a version comes twice, for its go.mod file alone.
func (p Project) asked(asked Asked) iter.Seq[part] {
	return func(yield func(part) bool) {
		lines := p.sums
		if asked.Required || p.vendored && !asked.NoVendor {
			lines = nil // known to Need, or not asked for
		} else {
			p = Project{}
		}
		for _, part := range p.Need(asked).parts {
			if !yield(part) {
				return
			}
		}
		for _, file := range lines {
			data, _ := os.ReadFile(file)
			for v := range sumLines(string(data)) {
				version, modOnly := cutGoMod(v.Version)
				if !yield(part{Version: module.Version{Path: v.Path, Version: version}, mod: modOnly, tree: !modOnly}) {
					return
				}
			}
		}
	}
}

// isEmpty reports whether a file is there and empty.
func isEmpty(path string) bool {
	fi, err := os.Lstat(path)
	return err == nil && fi.Mode().IsRegular() && fi.Size() == 0
}

// tornZip reports whether a file is there and does not end as zip files of modules do: with a directory's end of 22 bytes, for
// they have no comment (golang.org/x/mod/zip).
func tornZip(path string) bool {
	fi, err := os.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return false
	}
	f, err := openRegular(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var end [4]byte
	_, err = f.ReadAt(end[:], max(0, fi.Size()-22))
	return err == io.EOF || err == nil && string(end[:]) != "PK\x05\x06"
}
