package modverify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
)

const (
	// apartPrefix begins the names of folders to which Repair has things downloaded, where it works apart from the cache.
	apartPrefix = "go-safe-heal-"
	// scratchPrefix begins their names in cache/download. There they are on the cache's file system and get the rights
	// that things get there, and no module can have such a name.
	scratchPrefix = "." + apartPrefix
)

// A scratch is a module cache beside the true one or apart from it, and a main module with a go.sum. What is
// downloaded arrives there, so that the true cache gives nothing up before there is something better.
type scratch struct {
	top     *os.Root
	name    string // below cache/download, "" for one that is apart
	path    string // absolute
	dir     string // of the main module, absolute
	cache   string // absolute
	run     Go
	release func() // of the lock that shows others that this scratch is used
}

// newScratch makes a scratch for the entries. Its go.sum has what sums say of them. Unless it is apart, it
// shares what belongs to the whole cache: the checksum database's answers and the clones of repositories.
func (c *Cache) newScratch(entries []Entry, sums gomod.Sums, run Go) (*scratch, error) {
	s := &scratch{run: run, release: func() {}}
	if err := c.makeScratch(s); err != nil {
		return nil, c.notMade(err)
	}
	s.dir, s.cache = filepath.Join(s.path, "main"), filepath.Join(s.path, "mod")
	if err := c.fillScratch(s, entries, sums); err != nil {
		c.removeScratch(s)
		return nil, c.notMade(err)
	}
	return s, nil
}

// makeScratch makes the folder.
func (c *Cache) makeScratch(s *scratch) (err error) {
	if c.Apart != "" {
		c.sweepApart()
		if s.path, err = os.MkdirTemp(c.Apart, apartPrefix); err != nil {
			return err
		}
		if s.top, err = os.OpenRoot(s.path); err != nil {
			os.Remove(s.path)
		}
		return err
	}
	s.name = scratchPrefix + fmt.Sprint(rand.Uint32())
	s.path = filepath.Join(c.Dir, filepath.FromSlash(modcache.Downloads), s.name)
	if err := c.download.Mkdir(s.name, 0o700); err != nil {
		return err
	}
	if s.top, err = c.download.OpenRoot(s.name); err != nil {
		c.download.Remove(s.name)
	}
	return err
}

// sweepApart removes the folders that killed repairs of this user left apart.
func (c *Cache) sweepApart() {
	apart, err := os.OpenRoot(c.Apart)
	if err != nil {
		return
	}
	defer apart.Close()
	names, _ := fs.Glob(apart.FS(), apartPrefix+"*")
	for _, name := range names {
		fi, err := apart.Lstat(name)
		if err != nil || !fi.IsDir() || fsinfo.Owner(fi) != os.Geteuid() {
			continue
		}
		if unused(apart, name, time.Since(fi.ModTime()) > time.Hour) {
			apart.RemoveAll(name)
		}
	}
}

// unused reports whether no process uses a scratch. One without a lock file may be about to get it, unless it is old.
func unused(apart *os.Root, name string, old bool) bool {
	top, err := apart.OpenRoot(name)
	if err != nil {
		return false
	}
	defer top.Close()
	if _, err := top.Lstat("lock"); err != nil && !old {
		return false
	}
	release, err := modcache.Lock(top, "lock", false)
	if err != nil {
		return false
	}
	release()
	return true
}

// notMade says why there is no scratch. The scratch's own name would tell nobody anything.
func (c *Cache) notMade(err error) error {
	path := c.Apart
	if path == "" {
		path = c.path(modcache.Downloads)
		if err := explain(c.download, path, err); errors.As(err, new(*OwnerError)) {
			return err
		}
	}
	return &fs.PathError{Op: "make a folder in", Path: path, Err: systemError(err)}
}

// fillScratch makes what is in the scratch.
func (c *Cache) fillScratch(s *scratch, entries []Entry, sums gomod.Sums) error {
	release, err := modcache.Lock(s.top, "lock", true)
	if err != nil {
		return err
	}
	s.release = release
	var lines strings.Builder
	for _, e := range entries {
		lines.WriteString(sums.Lines(e.Version))
	}
	for _, dir := range []string{"mod/" + modcache.Downloads, "main"} {
		if err := s.top.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"main/go.mod": "module heal\n", "main/go.sum": lines.String()} {
		if err := s.top.WriteFile(name, []byte(text), 0o666); err != nil {
			return err
		}
	}
	if c.Apart != "" {
		return nil
	}
	for _, name := range []string{modcache.Downloads + "/sumdb", "cache/vcs"} {
		if target := filepath.Join(c.Dir, filepath.FromSlash(name)); fsinfo.Exists(target) {
			s.top.Symlink(target, "mod/"+name) // without the link the go command downloads again what is there
		}
	}
	return nil
}

// removeScratch removes the scratch. Modules in it are writable, because the go command was told so (-modcacherw).
func (c *Cache) removeScratch(s *scratch) error {
	s.release()
	s.top.Close()
	if s.name == "" {
		return os.RemoveAll(s.path)
	}
	return c.download.RemoveAll(s.name)
}

// examineScratch is examine for the scratch of another Repair. One that nobody uses was left behind.
func (c *Cache) examineScratch(e Entry) Result {
	top, err := c.download.OpenRoot(e.scratch)
	if errors.Is(err, fs.ErrNotExist) {
		return Result{Entry: e}
	} else if err != nil {
		return Result{Entry: e, Err: err}
	}
	defer top.Close()
	release, err := modcache.Lock(top, "lock", false)
	if err != nil {
		return c.notLocked(e, err)
	}
	release()
	return Result{Entry: e, Findings: []Finding{{
		StrayScratch, c.path(modcache.Downloads, e.scratch),
		"was left behind by go safe verify --heal, which was interrupted",
	}}}
}

// supply copies a file of the true cache, so that the go command does not download it. Where that fails, it does.
func (r *repairer) supply(e *Entry, suffix string) {
	folder, err := r.folder(e)
	if err != nil {
		return
	}
	defer folder.Close()
	f, err := modcache.OpenIn(folder, e.Base(suffix))
	if err != nil {
		return
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || fi.Size() == 0 {
		return
	}
	if r.scratch.top.MkdirAll("mod/"+e.Folder(), 0o777) == nil {
		copyTo(r.scratch.top, r.scratch.file(e, suffix), io.LimitReader(f, modcache.MaxZip), 0o666)
	}
}

// file is where the scratch has a downloaded file of the entry.
func (s *scratch) file(e *Entry, suffix string) string { return "mod/" + e.File(suffix) }

// downloaded is the hash of the zip file that was downloaded, "" where none was. The go command compared it
// with go.sum or the checksum database before it wrote it.
func (s *scratch) downloaded(e *Entry) (hash string, err error) {
	_, err = s.top.Lstat(s.file(e, ".zip"))
	var data []byte
	if err == nil {
		data, err = s.top.ReadFile(s.file(e, ".ziphash"))
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && !gomod.IsHash(string(data)) {
		return "", nil
	}
	return string(data), err
}
