// Package modcopy fills the private copy of a module cache that can only be read. Whatever it puts there is
// whole before it gets its name, and comes from a file that only root and this user can have written, or has
// the hash that go.sum names. With GOPROXY=off it may have neither: nothing else can serve the command.
package modcopy

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	pathpkg "path"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modneed"
	"golang.org/x/mod/sumdb/dirhash"
)

// Fill gives the private copy what it lacks of the need and its cache has whole. It returns how many modules
// gained something. What the cache lacks the go command downloads. The error is the first that kept something
// from being copied.
//
// What the need names is copied. Where the file system can, that takes no room (copy_file_range makes a
// reflink). There are no hard links: the kernel forbids them for files of others (fs.protected_hardlinks), and
// the go command writes .ziphash files in place. Where the need may be more than it names, Fill takes over the
// rest of the cache too: see rest.
//
// A cache that other users can write to is not trusted. Its zip files and go.mod files are hashed, once, and
// taken if go.sum has the hash. What go.sum does not name is taken only if nothing can be downloaded: then
// plain go would use it as it is. The .info files and the checksum database's answers are copied: they choose
// no content, and the answers are signed.
func Fill(t envfix.PrivateCopy, n modneed.Need) (seeded int, err error) {
	if len(n.Artifacts) == 0 && !n.MayNeedMore() && !n.Selects() {
		return 0, nil
	}
	if err := os.MkdirAll(t.Dir, 0o777); err != nil {
		return 0, err
	}
	s := &seeder{
		PrivateCopy: t, need: n, trusted: fsinfo.Trusted(t.Of),
		from: modcache.Open(t.Of, false), to: modcache.Open(t.Dir, true),
	}
	defer s.from.Close()
	defer s.to.Close()
	if !s.trusted {
		s.failed(s.unlink())
	}
	if n.MayNeedMore() || !s.summed() {
		s.copySums()
	}
	modneed.Each(n.Artifacts, s.seed)
	if n.MayNeedMore() || n.Selects() && s.restDue() {
		s.failed(s.rest())
	}
	if n.Trees {
		modneed.Each(n.Artifacts, s.extract)
	}
	if first := s.err.Load(); first != nil {
		err = *first
	}
	return int(s.seeded.Load()), err
}

// A seeder is one Fill.
type seeder struct {
	envfix.PrivateCopy
	need     modneed.Need
	from, to modcache.Cache
	trusted  bool     // only root and this user can have written to the cache's directory
	dirs     sync.Map // by name: whether the same is true of a directory in it
	seeded   atomic.Int32
	err      atomic.Pointer[error]
}

var (
	errTorn      = errors.New("is not whole")
	errUnknown   = errors.New("has a hash that go.sum does not name")
	errUntrusted = errors.New("can have been written by another user")
)

// failed keeps the first error. That something is missing, unreadable or torn is none: the go command downloads it.
func (s *seeder) failed(err error) {
	for _, harmless := range []error{
		fs.ErrNotExist, fs.ErrPermission, fs.ErrExist, errTorn, errUnknown, errUntrusted,
		modcache.ErrLocked, modcache.ErrIrregular, modcache.ErrTooLarge,
	} {
		if errors.Is(err, harmless) {
			return
		}
	}
	if err != nil {
		s.err.CompareAndSwap(nil, &err)
	}
}

// trusts reports whether only root and this user can have written a file of the cache and put it into the folder.
func (s *seeder) trusts(folder string, fi fs.FileInfo) bool {
	return s.trusted && fsinfo.TrustedFile(fi) && s.trustsDir(folder)
}

// trustsDir looks at each directory once, because many files are in one.
func (s *seeder) trustsDir(dir string) bool {
	if dir == "." {
		return s.trusted
	}
	if known, ok := s.dirs.Load(dir); ok {
		return known.(bool)
	}
	fi, err := os.Lstat(s.from.Path(dir))
	ok := err == nil && fi.IsDir() && fsinfo.TrustedFile(fi) && s.trustsDir(pathpkg.Dir(dir))
	s.dirs.Store(dir, ok)
	return ok
}

// summed reports whether the go command will ask the checksum database about nothing that is needed. No go.sum
// names toolchains.
func (s *seeder) summed() bool {
	for i := range s.need.Artifacts {
		a := &s.need.Artifacts[i]
		if a.Named() && a.Tree && a.ExpectedHash == "" && !a.FromRoot && !a.ExtractedIn(s.to) {
			return false
		}
	}
	return true
}

// seed copies what is needed of one version.
func (s *seeder) seed(a *modneed.Artifact) {
	gained := false
	count := func(err error) {
		s.failed(err)
		gained = gained || err == nil
	}
	e := &a.Entry
	if !a.NoInfo() && !s.to.HasInfo(e) && s.from.HasInfo(e) {
		count(s.copySmall(a, ".info", s.checkInfo))
	}
	if a.Mod && !s.to.HasMod(e) && s.from.HasMod(e) {
		count(s.copySmall(a, ".mod", s.checkMod))
	}
	lacks := a.Tree && !a.FromRoot && (a.Zip || !a.ExtractedIn(s.to)) && !s.to.HasZip(e)
	if lacks && s.offers(a) {
		count(s.locked(e, func() error { return s.copyZip(a) }))
	}
	if gained {
		s.seeded.Add(1)
	}
}

// offers reports whether the cache has a zip file of the version, or can give one, and a hash to check it by.
func (s *seeder) offers(a *modneed.Artifact) bool {
	return (s.from.Look(a.File(".zip")).Regular || s.from.Look(a.Dir()).Dir) &&
		(a.ExpectedHash != "" || s.from.HasHash(&a.Entry))
}

// A check says why content is not taken. trusted says that nobody else can have written it.
type check = func(a *modneed.Artifact, data []byte, trusted bool) error

func (s *seeder) checkInfo(a *modneed.Artifact, data []byte, _ bool) error {
	var info struct{ Version string }
	if json.Unmarshal(data, &info) != nil || info.Version != a.Version.Version {
		return errTorn
	}
	return nil
}

func (s *seeder) checkMod(a *modneed.Artifact, data []byte, trusted bool) error {
	switch {
	case len(data) == 0, a.ExpectedModHash != "" && modcache.HashMod(data) != a.ExpectedModHash:
		return errTorn
	case a.ExpectedModHash == "" && !trusted && !s.need.Offline:
		return errUnknown
	}
	return nil
}

// copySmall copies a file of a few bytes, unless check has something against it.
func (s *seeder) copySmall(a *modneed.Artifact, suffix string, check check) error {
	data, trusted, err := s.read(&a.Entry, suffix)
	if err == nil {
		err = check(a, data, trusted)
	}
	if err != nil {
		return err
	}
	return write(s.to.Path(a.File(suffix)), data)
}

// read reads a file of a few bytes from the cache.
func (s *seeder) read(e *modcache.Entry, suffix string) (data []byte, trusted bool, err error) {
	f, err := modcache.OpenRegular(s.from.Path(e.File(suffix)))
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	data, err = modcache.ReadSmall(f)
	return data, s.trusts(e.Folder(), fi), err
}

// copyZip copies the zip file, then its hash: a process that finds the hash finds both, whenever this one is
// killed. The caller holds the version's lock.
func (s *seeder) copyZip(a *modneed.Artifact) error {
	if s.to.HasZip(&a.Entry) {
		return modcache.ErrLocked // another process was faster
	}
	hash, trusted := s.hashOf(&a.Entry)
	switch {
	case hash != "" && a.ExpectedHash != "" && hash != a.ExpectedHash:
		return errTorn // for this project; another one may have another go.sum
	case a.ExpectedHash == "" && !trusted && !s.need.Offline:
		return errUnknown
	case hash == "":
		hash = a.ExpectedHash
	}
	zip := s.to.Path(a.File(".zip"))
	removeTemps(zip)
	if err := create(zip, func(f *os.File) error { return s.fillZip(f, &a.Entry, hash, trusted) }); err != nil {
		return err
	}
	return write(s.to.Path(a.File(".ziphash")), []byte(hash))
}

// hashOf returns the hash that the cache has of a zip file, "" where it has none that is whole.
func (s *seeder) hashOf(e *modcache.Entry) (hash string, trusted bool) {
	data, trusted, err := s.read(e, ".ziphash")
	if hash := strings.TrimSpace(string(data)); err == nil && gomod.IsHash(hash) {
		return hash, trusted
	}
	return "", false
}

// fillZip writes the zip file of a version. Where the cache has none any more, it makes one of what is
// extracted: the hash is about names and contents, not about compression. trusted says that the hash is
// trusted. Unless the zip file is too, fillZip hashes what it wrote, because another user may change what it
// read.
func (s *seeder) fillZip(f *os.File, e *modcache.Entry, hash string, trusted bool) error {
	from, err := modcache.OpenRegular(s.from.Path(e.File(".zip")))
	switch {
	case err == nil:
		defer from.Close()
		var fi fs.FileInfo
		if fi, err = from.Stat(); err == nil {
			trusted = trusted && s.trusts(e.Folder(), fi)
			err = copyWholeZip(f, from)
		}
	case errors.Is(err, fs.ErrNotExist):
		trusted = false
		err = zipTree(f, s.from.Path(e.Dir()), e.Version.String())
	}
	if err != nil || trusted {
		return err
	}
	if got, err := dirhash.HashZip(f.Name(), dirhash.Hash1); err != nil || got != hash {
		return errTorn
	}
	return nil
}

// locked calls do under the lock under which the go command downloads and extracts a version. A process that
// holds the lock makes the same files now, and the go command will wait for it.
func (s *seeder) locked(e *modcache.Entry, do func() error) error {
	dir := s.to.Path(e.Folder())
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	folder, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	release, err := modcache.Lock(folder, e.Base(".lock"), true)
	if err != nil {
		return err
	}
	defer release()
	return do()
}
