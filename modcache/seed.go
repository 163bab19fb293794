package modcache

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/mod/sumdb/dirhash"
)

// A Twin is a private module cache that stands for one that can only be read.
type Twin struct {
	Of, Dir      string // the cache, and the twin
	SumsOf, Sums string // where each has the checksum database's state (pkg/sumdb below GOPATH), "" where it is one place
}

// Seed gives the twin what it lacks of the need and the cache has whole, and returns how many modules that were.
// What the cache lacks the go command will download. The error is the first of those that kept something from being copied.
//
// What is asked for by name is copied; where the file system can, that takes no room (copy_file_range makes a reflink). Hard links
// it makes none: the kernel forbids them for files of others (fs.protected_hardlinks), and the go command writes .ziphash
// files in place. Of what else is there, where the need cannot be named, symbolic links are made: most of it
// will never be used, and where a link leads nowhere the go command downloads the file and puts it in the link's place.
//
// Nothing is taken over unseen from a cache that anybody may write to: zip files are hashed, and links are not made.
func (t Twin) Seed(n Need) (seeded int, err error) {
	if len(n.parts) == 0 && !n.perhaps() && n.graphed == nil {
		return 0, nil
	}
	if err := os.MkdirAll(t.Dir, 0o777); err != nil {
		return 0, err
	}
	s := &seeder{Twin: t, from: newStore(t.Of, false), to: newStore(t.Dir, true), doubtful: openToAll(t.Of)}
	defer s.from.close()
	defer s.to.close()
	known := []store{s.to}
	if !s.doubtful { // or anybody could say what is required
		known = append(known, s.from)
	}
	more, whole := n.graphParts(known...)
	parts := append(slices.Clip(n.parts), more...)
	perhaps := n.perhaps() || !whole
	if perhaps || !every(parts, s.vouched) {
		s.sums()
	}
	each(parts, s.seed)
	if perhaps {
		each(s.chosen(n, parts), s.seed)
	}
	if perhaps && !s.doubtful {
		s.rest()
	}
	if n.trees {
		each(parts, s.extract)
	}
	if first := s.err.Load(); first != nil {
		err = *first
	}
	return int(s.seeded.Load()), err
}

// A seeder is one Seed.
type seeder struct {
	Twin
	from, to store
	doubtful bool // anybody may write to the cache
	seeded   atomic.Int32
	err      atomic.Pointer[error]
}

// failed notes the error, if it is the first. That something is missing, cannot be read or is not whole is none.
func (s *seeder) failed(err error) {
	for _, harmless := range []error{fs.ErrNotExist, fs.ErrPermission, fs.ErrExist, errTorn, errTaken} {
		if errors.Is(err, harmless) {
			return
		}
	}
	if err != nil {
		s.err.CompareAndSwap(nil, &err)
	}
}

var errTorn = errors.New("is not whole")

// vouched reports whether the go command will not ask the checksum database about the version: go.sum names it. No go.sum names
// toolchains.
func (s *seeder) vouched(p *part) bool {
	return !p.tree || p.sum != "" || p.local || s.to.extracted(p)
}

// seed copies what is asked of one version. The hash comes after the zip: who finds it finds both, whenever we are killed.
func (s *seeder) seed(p *part) {
	gained := false
	count := func(err error) {
		s.failed(err)
		gained = gained || err == nil
	}
	if !p.bare() && !s.to.hasInfo(p) && s.from.hasInfo(p) {
		count(s.small(p, ".info", func(data []byte) bool { return isInfo(data, p.Version.Version) }))
	}
	if p.mod && !s.to.hasMod(p) && s.from.hasMod(p) {
		count(s.small(p, ".mod", func(data []byte) bool { return len(data) > 0 }))
	}
	if p.tree && !p.local && (p.zip || !s.to.extracted(p)) && !s.to.hasZip(p) && s.from.offers(p) {
		count(s.locked(p, func() error { return s.zip(p) }))
	}
	if gained {
		s.seeded.Add(1)
	}
}

// isInfo reports whether data is a .info file of the version.
func isInfo(data []byte, version string) bool {
	var info struct{ Version string }
	return json.Unmarshal(data, &info) == nil && info.Version == version
}

// small copies a file of a few bytes, if whole reports that it is.
func (s *seeder) small(p *part, suffix string, whole func(data []byte) bool) error {
	data, err := readSmall(s.from.path(s.from.file(p, suffix)))
	if err != nil {
		return err
	}
	if !whole(data) {
		return errTorn
	}
	return create(s.to.path(s.to.file(p, suffix)), func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// zip copies the zip file and its hash. The caller holds the version's lock.
func (s *seeder) zip(p *part) error {
	if s.to.hasZip(p) {
		return errTaken
	}
	to := s.to.path(s.to.file(p, ".zip"))
	removeTemps(to)
	sum := s.sumOf(p)
	err := create(to, func(f *os.File) error {
		return s.fill(f, p, &sum)
	})
	if err != nil {
		return err
	}
	return create(to+"hash", func(f *os.File) error {
		_, err := f.WriteString(sum)
		return err
	})
}

// sumOf returns the hash that the cache has of a zip file, "" where it has none that is whole.
func (s *seeder) sumOf(p *part) string {
	data, err := readSmall(s.from.path(s.from.file(p, ".ziphash")))
	if sum := strings.TrimSpace(string(data)); err == nil && isHash(sum) {
		return sum
	}
	return ""
}

// fill writes the zip file of a version, and makes sum its hash where that is empty. Where there is no zip any more, one is made of what was
// extracted: the hash is about names and contents, not about compression.
func (s *seeder) fill(f *os.File, p *part, sum *string) error {
	if *sum != "" && p.sum != "" && *sum != p.sum {
		return errTorn // as far as this project is concerned
	}
	hash := *sum == "" || s.doubtful
	if *sum == "" {
		*sum = p.sum
	}
	from, err := openRegular(s.from.path(s.from.file(p, ".zip")))
	switch {
	case err == nil:
		hash = hash || openToAll(from.Name()) || openToAll(filepath.Dir(from.Name()))
		err = copyZip(f, from)
		from.Close()
	case errors.Is(err, fs.ErrNotExist):
		hash = true
		err = zipTree(f, s.from.path(s.from.tree(p)), p.Path+"@"+p.Version.Version)
	}
	if err != nil || !hash {
		return err
	}
	if got, err := dirhash.HashZip(f.Name(), dirhash.Hash1); err != nil || got != *sum {
		return errTorn
	}
	return nil
}
