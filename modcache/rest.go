package modcache

import (
	"bytes"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/access"
)

// folders yields the folders that hold versions of a module, with what is in them: the module's path as the cache has it in
// file names.
func (s store) folders() iter.Seq2[string, []fs.DirEntry] {
	return func(yield func(string, []fs.DirEntry) bool) {
		s.foldersBelow("", yield)
	}
}

func (s store) foldersBelow(dir string, yield func(string, []fs.DirEntry) bool) bool {
	entries, _ := os.ReadDir(s.root + "/cache/download/" + dir) // what cannot be read is not there
	for _, e := range entries {
		name := strings.TrimPrefix(dir+"/"+e.Name(), "/")
		switch {
		case !e.IsDir(), name == "sumdb":
		case e.Name() == "@v":
			files, _ := os.ReadDir(s.root + "/cache/download/" + name)
			if !yield(dir, files) {
				return false
			}
		case !s.foldersBelow(name, yield):
			return false
		}
	}
	return true
}

// rest links what the twin lacks of all that is there. A hash is copied: the go command writes it in place. The lists of versions
// it makes itself, and asks a proxy for those of others; lock files and clones (cache/vcs) are nobody's but the cache's.
func (s *seeder) rest() error {
	if err := s.noteLinks(); err != nil {
		return err
	}
	for dir, files := range s.from.folders() {
		had := make(map[string]bool)
		there, _ := os.ReadDir(s.to.path(s.to.downloads(&part{dir: dir})))
		for _, f := range there {
			had[f.Name()] = true
		}
		for _, f := range files {
			name, ext := f.Name(), filepath.Ext(f.Name())
			p := &part{dir: dir, base: strings.TrimSuffix(name, ext)}
			switch {
			case ext == ".zip" && had[name] && had[name+"hash"], ext != ".zip" && had[name]:
			case ext == ".zip":
				s.failed(s.linkZip(p))
			case ext == ".mod", ext == ".info":
				s.failed(s.link(p, ext))
			}
		}
	}
	return nil
}

// linkedMark is a file in the copy that has links, beside the record of package envfix.
const linkedMark = "cache/download/.go-safe.linked"

// noteLinks makes the mark, before there are links.
func (s *seeder) noteLinks() error {
	mark := s.to.path(linkedMark)
	if exists(mark) {
		return nil
	}
	return create(mark, func(*os.File) error { return nil })
}

// unlink removes the links from a copy: another user can change what they lead to, after the go command has compared
// the hash that was copied, or at any time.
func (s *seeder) unlink() error {
	if !exists(s.to.path(linkedMark)) {
		return nil
	}
	for dir, files := range s.to.folders() {
		for _, f := range files {
			if f.Type() != fs.ModeSymlink {
				continue
			}
			if err := os.Remove(s.to.path(s.to.downloads(&part{dir: dir}) + "/" + f.Name())); err != nil {
				return err
			}
		}
	}
	return os.Remove(s.to.path(linkedMark))
}

// link makes one link, to what is trusted.
func (s *seeder) link(p *part, ext string) error {
	from, to := s.from.path(s.from.file(p, ext)), s.to.path(s.to.file(p, ext))
	if seen := s.from.look(s.from.file(p, ext)); !seen.file || seen.size == 0 {
		return errTorn
	}
	if fi, err := os.Stat(from); err != nil || !s.trusts(s.from.downloads(p), fi) {
		return errUnknown
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	err := os.Symlink(from, to)
	if err == nil {
		s.seeded.Add(1)
	}
	return err
}

// linkZip makes the link to a zip file, and the copy of its hash.
func (s *seeder) linkZip(p *part) error {
	sum, trusted := s.sumOf(p)
	if !trusted {
		return errUnknown
	}
	if err := s.link(p, ".zip"); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return create(s.to.path(s.to.file(p, ".ziphash")), func(f *os.File) error {
		_, err := f.WriteString(sum)
		return err
	})
}

// sums copies the checksum database's answers, which the go command asks for what go.sum does not name. They are
// signed. Its latest tree head goes with them, unless this user has one, and if it is trusted: the head serves for
// other caches too, and the go command fails with one that is damaged.
func (s *seeder) sums() {
	s.tree(s.from.root+"/cache/download/sumdb", s.to.root+"/cache/download/sumdb")
	if s.SumsOf != "" && access.Trusted(s.SumsOf) {
		s.tree(s.SumsOf, s.Sums)
	}
}

// unverified is the time of files that tree has copied from a cache of others. What the go command writes is younger.
var unverified = time.Unix(1, 0)

// tree copies the files that are missing. First it removes what it has copied from a cache of others and is another file
// there now, or gone: what somebody has spoiled there is to do no harm for longer than plain go would fail of it.
func (s *seeder) tree(from, to string) {
	filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if fi, err := d.Info(); err != nil || !fi.ModTime().Equal(unverified) {
			return nil
		}
		had, err := readSmall(path)
		has, fromErr := readSmall(from + strings.TrimPrefix(path, to))
		if err == nil && (fromErr != nil || !bytes.Equal(had, has)) {
			s.failed(os.Remove(path))
		}
		return nil
	})
	filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		name := to + strings.TrimPrefix(path, from)
		if err != nil || !d.Type().IsRegular() || exists(name) {
			return nil
		}
		data, err := readSmall(path)
		if err == nil && len(data) > 0 { // an empty one is about to be written
			err = create(name, func(f *os.File) error {
				_, err := f.Write(data)
				if err == nil && !s.trusted {
					err = os.Chtimes(f.Name(), unverified, unverified)
				}
				return err
			})
		}
		s.failed(err)
		return nil
	})
}
