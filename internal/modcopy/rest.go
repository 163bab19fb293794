package modcopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modneed"
)

// rest takes over all else that is in the cache.
//
// From a trusted cache it makes symbolic links: most of it will never be used, and where a link leads nowhere
// the go command downloads the file and puts it in the link's place. The hash of a zip file is copied, because
// the go command writes it in place. Where there is no zip file, as in slim images, one is made of what is
// extracted.
//
// From another cache it makes copies, and only when nothing can be downloaded: else plain go would use what is
// there, and the command would fail without.
//
// The go command makes the lists of versions itself. Lock files and clones of repositories (cache/vcs) stay
// where they are.
func (s *seeder) rest() error {
	if !s.trusted && !s.need.Offline {
		return nil
	}
	if s.trusted {
		if err := s.noteLinks(); err != nil {
			return err
		}
	}
	named := make(map[string]bool) // go.sum may have another hash for these than the cache
	for i := range s.need.Artifacts {
		if a := &s.need.Artifacts[i]; a.Tree && a.Named() {
			named[a.Dir()] = true
		}
	}
	var copies []modneed.Artifact
	for path, files := range s.from.Folders() {
		copies = append(copies, s.restOf(path, names(files), named)...)
	}
	modneed.Each(copies, s.seed)
	return nil
}

// restDue reports whether a command that may read a version that go.sum does not name has to have the rest: the
// first time and when the copy grows, because the go command can download what is new, and always when it
// cannot.
func (s *seeder) restDue() bool {
	return s.need.Offline || s.seeded.Load() > 0 || !fsinfo.Exists(s.to.Path(linkedMark))
}

func names(files []fs.DirEntry) map[string]bool {
	set := make(map[string]bool, len(files))
	for _, f := range files {
		set[f.Name()] = true
	}
	return set
}

// restOf is rest for one module. has are the names of its downloads. It returns what is to be copied.
func (s *seeder) restOf(path string, has, named map[string]bool) (copies []modneed.Artifact) {
	there, _ := os.ReadDir(s.to.Path(modcache.Downloads + "/" + path + "/@v"))
	had := names(there)
	for name := range has {
		suffix := filepath.Ext(name)
		e, ok := modcache.EntryOf(path, strings.TrimSuffix(name, suffix))
		zip := e.Base(".zip")
		switch {
		case !ok, had[name] && (suffix != ".ziphash" || had[zip]):
		case suffix == ".ziphash" && s.trusted && has[zip]:
			s.failed(s.linkZip(&e))
		case suffix == ".ziphash" && !named[e.Dir()]:
			copies = append(copies, modneed.Artifact{Entry: e, Mod: true, Tree: true})
		case (suffix == ".mod" || suffix == ".info") && s.trusted:
			s.failed(s.link(&e, suffix))
		case suffix == ".mod" && !has[e.Base(".ziphash")]:
			copies = append(copies, modneed.Artifact{Entry: e, Mod: true})
		}
	}
	return copies
}

// linkedMark is a file in the copy that has links, beside the record of package envfix.
const linkedMark = modcache.Downloads + "/.go-safe.linked"

// noteLinks makes the mark. That comes before the first link.
func (s *seeder) noteLinks() error {
	mark := s.to.Path(linkedMark)
	if fsinfo.Exists(mark) {
		return nil
	}
	return write(mark, nil)
}

// unlink removes the links, which were made when the cache was trusted: now another user can change what they
// lead to, even after the go command has compared the hash that was copied.
func (s *seeder) unlink() error {
	if !fsinfo.Exists(s.to.Path(linkedMark)) {
		return nil
	}
	for path, files := range s.to.Folders() {
		for _, f := range files {
			if f.Type() != fs.ModeSymlink {
				continue
			}
			if err := os.Remove(s.to.Path(modcache.Downloads + "/" + path + "/@v/" + f.Name())); err != nil {
				return err
			}
		}
	}
	return os.Remove(s.to.Path(linkedMark))
}

// link makes one link, to a file that is trusted.
func (s *seeder) link(e *modcache.Entry, suffix string) error {
	from, to := s.from.Path(e.File(suffix)), s.to.Path(e.File(suffix))
	if info := s.from.Look(e.File(suffix)); !info.Regular || info.Size == 0 {
		return errTorn
	}
	if fi, err := os.Stat(from); err != nil || !s.trusts(e.Folder(), fi) {
		return errUntrusted
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

// linkZip makes the link to a zip file, then the copy of its hash.
func (s *seeder) linkZip(e *modcache.Entry) error {
	hash, trusted := s.hashOf(e)
	if !trusted {
		return errUntrusted
	}
	if err := s.link(e, ".zip"); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return write(s.to.Path(e.File(".ziphash")), []byte(hash))
}
