package modcache

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	pathpkg "path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-safe/go-safe/access"
	"golang.org/x/mod/sumdb/dirhash"
)

// A Twin is a private copy of a module cache that can only be read.
type Twin struct {
	Of, Dir      string // the cache, and the private copy
	SumsOf, Sums string // where each has the checksum database's state (pkg/sumdb below GOPATH), "" where it is one place
}

// Seed gives the copy what it lacks of the need and the cache has whole, and returns how many modules that were. What
// the cache lacks the go command will download. The error is the first of those that kept something from being copied.
//
// What is asked for by name is copied; where the file system can, that takes no room (copy_file_range makes a reflink). Hard links
// it makes none: the kernel forbids them for files of others (fs.protected_hardlinks), and the go command writes .ziphash
// files in place. Of what else is there, where the need cannot be named, symbolic links are made: most of it
// will never be used, and where a link leads nowhere the go command downloads the file and puts it in the link's place.
//
// What another user could have written is not believed (see trusts). Zip files and go.mod files of such a cache are
// hashed, which each costs once. They are taken if go.sum has the hash, or if the go command will ask the checksum
// database for it. With neither they are taken only if nothing can be downloaded: then plain go uses them as they are.
// Links are not made, and those of a time when the cache was trusted are removed. The .info files and the database's
// answers are copied: they choose no content, and the answers are signed.
func (t Twin) Seed(n Need) (seeded int, err error) {
	if len(n.parts) == 0 && !n.perhaps() && n.graphed == nil {
		return 0, nil
	}
	if err := os.MkdirAll(t.Dir, 0o777); err != nil {
		return 0, err
	}
	s := &seeder{Twin: t, need: n, from: newStore(t.Of, false), to: newStore(t.Dir, true), trusted: access.Trusted(t.Of)}
	defer s.from.close()
	defer s.to.close()
	known := []store{s.to}
	if s.trusted { // or another user could say what is required
		known = append(known, s.from)
	} else {
		s.failed(s.unlink())
	}
	more, whole := n.graphParts(known...)
	parts := append(slices.Clip(n.parts), more...)
	perhaps := n.perhaps() || !whole
	if perhaps || !every(parts, s.vouched) {
		s.sums()
	}
	each(parts, s.seed)
	if perhaps && s.trusted {
		s.failed(s.rest())
	}
	if perhaps {
		each(s.chosen(n, parts), s.seed)
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
	need     Need
	from, to store
	trusted  bool     // only root and this user can have written to the cache's directory
	dirs     sync.Map // by name: whether the same is true of a directory in it
	seeded   atomic.Int32
	err      atomic.Pointer[error]
}

// failed notes the error, if it is the first. That something is missing, cannot be read or is not whole is none.
func (s *seeder) failed(err error) {
	for _, harmless := range []error{fs.ErrNotExist, fs.ErrPermission, fs.ErrExist, errTorn, errTaken, errUnknown} {
		if errors.Is(err, harmless) {
			return
		}
	}
	if err != nil {
		s.err.CompareAndSwap(nil, &err)
	}
}

var (
	errTorn    = errors.New("is not whole")
	errUnknown = errors.New("has a hash that nobody vouches for")
)

// trusts reports whether only root and this user can have written a file of the cache, and put it into the directory
// of that name.
func (s *seeder) trusts(dir string, fi fs.FileInfo) bool {
	return s.trusted && access.TrustedFile(fi) && s.trustsDir(dir)
}

// trustsDir looks at each directory once. Many files are in one.
func (s *seeder) trustsDir(dir string) bool {
	if dir == "." {
		return s.trusted
	}
	if known, ok := s.dirs.Load(dir); ok {
		return known.(bool)
	}
	fi, err := os.Lstat(s.from.path(dir))
	ok := err == nil && fi.IsDir() && access.TrustedFile(fi) && s.trustsDir(pathpkg.Dir(dir))
	s.dirs.Store(dir, ok)
	return ok
}

// checked reports whether somebody else vouches for what the cache says of a version that go.sum does not name: the
// checksum database, which the go command asks before it uses the files. When nothing can be downloaded, plain go
// would use them too.
func (s *seeder) checked(p *part) bool {
	return s.need.offline || s.need.sumDB != nil && s.need.sumDB(p.Path)
}

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
		count(s.small(p, ".info", func(data []byte, _ bool) error { return checkInfo(data, p.Version.Version) }))
	}
	if p.mod && !s.to.hasMod(p) && s.from.hasMod(p) {
		count(s.small(p, ".mod", func(data []byte, trusted bool) error { return s.checkMod(p, data, trusted) }))
	}
	if p.tree && !p.local && (p.zip || !s.to.extracted(p)) && !s.to.hasZip(p) && s.from.offers(p) {
		count(s.locked(p, func() error { return s.zip(p) }))
	}
	if gained {
		s.seeded.Add(1)
	}
}

// checkInfo says what is wrong with a .info file of the version.
func checkInfo(data []byte, version string) error {
	var info struct{ Version string }
	if json.Unmarshal(data, &info) != nil || info.Version != version {
		return errTorn
	}
	return nil
}

// checkMod says why a go.mod file is not taken.
func (s *seeder) checkMod(p *part, data []byte, trusted bool) error {
	switch {
	case len(data) == 0, p.modSum != "" && modHash(data) != p.modSum:
		return errTorn
	case p.modSum == "" && !trusted && !s.checked(p):
		return errUnknown
	}
	return nil
}

// small copies a file of a few bytes, if check has nothing against it.
func (s *seeder) small(p *part, suffix string, check func(data []byte, trusted bool) error) error {
	data, trusted, err := s.read(p, suffix)
	if err == nil {
		err = check(data, trusted)
	}
	if err != nil {
		return err
	}
	return create(s.to.path(s.to.file(p, suffix)), func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// read reads a file of a few bytes from the cache.
func (s *seeder) read(p *part, suffix string) (data []byte, trusted bool, err error) {
	f, err := openRegular(s.from.path(s.from.file(p, suffix)))
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	data, err = readLimited(f)
	return data, s.trusts(s.from.downloads(p), fi), err
}

// zip copies the zip file and its hash. The caller holds the version's lock.
func (s *seeder) zip(p *part) error {
	if s.to.hasZip(p) {
		return errTaken
	}
	sum, trusted := s.sumOf(p)
	switch {
	case sum != "" && p.sum != "" && sum != p.sum:
		return errTorn // as far as this project is concerned
	case p.sum == "" && !trusted && !s.checked(p):
		return errUnknown
	case sum == "":
		sum = p.sum
	}
	to := s.to.path(s.to.file(p, ".zip"))
	removeTemps(to)
	err := create(to, func(f *os.File) error { return s.fill(f, p, sum, trusted) })
	if err != nil {
		return err
	}
	return create(to+"hash", func(f *os.File) error {
		_, err := f.WriteString(sum)
		return err
	})
}

// sumOf returns the hash that the cache has of a zip file, "" where it has none that is whole, and whether it is to be
// trusted.
func (s *seeder) sumOf(p *part) (sum string, trusted bool) {
	data, trusted, err := s.read(p, ".ziphash")
	if sum := strings.TrimSpace(string(data)); err == nil && isHash(sum) {
		return sum, trusted
	}
	return "", false
}

// fill writes the zip file of a version, whose hash is to be sum. The hash is made of what was written, because
// another user may change what was read. It is not made where both the cache's hash and its zip file are trusted.
// Where there is no zip any more, one is made of what was extracted: the hash is about names and contents, not about
// compression.
func (s *seeder) fill(f *os.File, p *part, sum string, trusted bool) error {
	from, err := openRegular(s.from.path(s.from.file(p, ".zip")))
	switch {
	case err == nil:
		defer from.Close()
		var fi fs.FileInfo
		if fi, err = from.Stat(); err == nil {
			trusted = trusted && s.trusts(s.from.downloads(p), fi)
			err = copyZip(f, from)
		}
	case errors.Is(err, fs.ErrNotExist):
		trusted = false
		err = zipTree(f, s.from.path(s.from.tree(p)), p.Path+"@"+p.Version.Version)
	}
	if err != nil || trusted {
		return err
	}
	if got, err := dirhash.HashZip(f.Name(), dirhash.Hash1); err != nil || got != sum {
		return errTorn
	}
	return nil
}
