package modcache

import (
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"
)

// A Suspect is a file in a module cache that may be why a command fails which asks for a version of a module.
type Suspect struct {
	Path   string // of the file; or of what the go command will have to write to
	Module string // path@version
	Mod    bool   // it is the .mod file
	Surely bool   // the version is named on the command line, or all that go.mod requires is asked for
}

// Torn yields the torn files among those that are asked for, as far as it comes in the given time: empty .mod files, and zip files without an
// end that are still to be extracted. Both the go command neither mends nor names as what they are.
func (n Need) Torn(cache string, within time.Duration) iter.Seq[Suspect] {
	s := newStore(cache, false)
	return n.suspects(s, within, func(p *part, yield func(Suspect) bool) bool {
		mod := s.path(s.file(p, ".mod"))
		zip := s.path(s.file(p, ".zip"))
		name := p.Path + "@" + p.Version.Version
		return (!p.mod || !isEmpty(mod) || yield(Suspect{mod, name, true, p.surely})) &&
			(!p.tree || p.bare() || exists(s.path(s.tree(p))) || !tornZip(zip) || yield(Suspect{zip, name, false, p.surely}))
	})
}

// Lacking yields what the go command will write to for what is asked for and not there, as far as it comes in the given time: lock
// files, and the folders of downloads and of extracted modules, which need not be there either.
func (n Need) Lacking(cache string, within time.Duration) iter.Seq[Suspect] {
	s := newStore(cache, false)
	return n.suspects(s, within, func(p *part, yield func(Suspect) bool) bool {
		if s.holds(p) {
			return true
		}
		name := p.Path + "@" + p.Version.Version
		for _, file := range []string{s.file(p, ".lock"), s.downloads(p), filepath.Dir(s.tree(p))} {
			if !yield(Suspect{s.path(file), name, false, p.surely}) {
				return false
			}
		}
		return true
	})
}

// suspects calls look for the parts, and closes the store.
func (n Need) suspects(s store, within time.Duration, look func(*part, func(Suspect) bool) bool) iter.Seq[Suspect] {
	return func(yield func(Suspect) bool) {
		defer s.close()
		end := time.Now().Add(within)
		for i := range n.parts {
			p := &n.parts[i]
			if p.escape() && !look(p, yield) || time.Now().After(end) {
				return
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
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var end [4]byte
	_, err = f.ReadAt(end[:], max(0, fi.Size()-22))
	return err == io.EOF || err == nil && string(end[:]) != "PK\x05\x06"
}
