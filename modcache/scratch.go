package modcache

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"
)

// A Go runs the real go command in dir, with cache as its GOMODCACHE and no workspace, and returns what it printed. The error of
// one that failed has its message.
type Go func(cache, dir string, args ...string) (stdout []byte, err error)

// scratchPrefix begins the names of folders in cache/download that Heal fetches to: on the same file system, with the rights
// that things get there, and under a name that no module can have.
const scratchPrefix = ".go-safe-heal-"

// A scratch is a module cache beside the true one, or apart from it, and a main module with a go.sum. What is fetched
// arrives here, so that nothing in the true cache is given up before there is something better.
type scratch struct {
	top     *os.Root
	name    string // below cache/download, "" for one that is apart
	path    string // absolute
	dir     string // of the main module, absolute
	cache   string // absolute
	run     Go
	release func() // shows others that this one is in use
}

// newScratch makes a scratch for the entries. The go.sum has what sums say of them, and what belongs to the whole cache, the checksum
// database's tiles and the repositories, is the true cache's, unless the scratch is apart from it.
func (c *Cache) newScratch(entries []Entry, sums Sums, run Go) (*scratch, error) {
	s := &scratch{run: run, release: func() {}}
	if err := c.makeScratch(s); err != nil {
		return nil, c.unmade(err)
	}
	s.dir, s.cache = filepath.Join(s.path, "main"), filepath.Join(s.path, "mod")
	err := c.fill(s, entries, sums)
	if err != nil {
		c.removeScratch(s)
		return nil, c.unmade(err)
	}
	return s, nil
}

// makeScratch makes the folder.
func (c *Cache) makeScratch(s *scratch) (err error) {
	if c.Apart != "" {
		c.sweepApart()
		if s.path, err = os.MkdirTemp(c.Apart, strings.TrimPrefix(scratchPrefix, ".")); err != nil {
			return err
		}
		if s.top, err = os.OpenRoot(s.path); err != nil {
			os.Remove(s.path)
		}
		return err
	}
	s.name = scratchPrefix + fmt.Sprint(rand.Uint32())
	s.path = filepath.Join(c.Dir, "cache", "download", s.name)
	if err := c.download.Mkdir(s.name, 0o700); err != nil {
		return err
	}
	if s.top, err = c.download.OpenRoot(s.name); err != nil {
		c.download.Remove(s.name)
	}
	return err
}

// sweepApart removes the folders that heals of this user's left apart when they were killed. One that somebody holds is in
// use. One without a lock file may be about to get it, unless it is old.
func (c *Cache) sweepApart() {
	apart, err := os.OpenRoot(c.Apart)
	if err != nil {
		return
	}
	defer apart.Close()
	names, _ := fs.Glob(apart.FS(), strings.TrimPrefix(scratchPrefix, ".")+"*")
	for _, name := range names {
		fi, err := apart.Lstat(name)
		if err != nil || !fi.IsDir() {
			continue
		}
		if uid, _ := ownerOf(fi); uid != os.Geteuid() {
			continue
		}
		if unused(apart, name, time.Since(fi.ModTime()) > time.Hour) {
			apart.RemoveAll(name)
		}
	}
}

// unused reports whether nobody holds a scratch.
func unused(apart *os.Root, name string, old bool) bool {
	top, err := apart.OpenRoot(name)
	if err != nil {
		return false
	}
	defer top.Close()
	if _, err := top.Lstat("lock"); err != nil && !old {
		return false
	}
	release, err := hold(top, "lock", false)
	if err != nil {
		return false
	}
	release()
	return true
}

// unmade says why there is no scratch. Its own name tells nobody anything.
func (c *Cache) unmade(err error) error {
	path := c.Apart
	if path == "" {
		path = c.path("cache/download")
		if err := c.owned(c.download, path, err); errors.As(err, new(*OwnerError)) {
			return err
		}
	}
	return &fs.PathError{Op: "make a folder in", Path: path, Err: lastError(err)}
}

// fill makes what is in the scratch.
func (c *Cache) fill(s *scratch, entries []Entry, sums Sums) error {
	top := s.top
	release, err := hold(top, "lock", true)
	if err != nil {
		return err
	}
	s.release = release
	var lines strings.Builder
	for _, e := range entries {
		lines.WriteString(sums.lines(e.Mod))
	}
	for _, dir := range []string{"mod/cache/download", "main"} {
		if err := top.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"main/go.mod": "module heal\n", "main/go.sum": lines.String()} {
		if err := top.WriteFile(name, []byte(text), 0o666); err != nil {
			return err
		}
	}
	if c.Apart != "" {
		return nil
	}
	// Without these links the go command would fetch again what is there.
	for _, name := range []string{"cache/download/sumdb", "cache/vcs"} {
		if target := filepath.Join(c.Dir, filepath.FromSlash(name)); exists(target) {
			top.Symlink(target, "mod/"+name)
		}
	}
	return nil
}

// removeScratch removes the scratch. Modules in it are writable, for the go command was told so.
func (c *Cache) removeScratch(s *scratch) error {
	s.release()
	s.top.Close()
	if s.name == "" {
		return os.RemoveAll(s.path)
	}
	return c.download.RemoveAll(s.name)
}

// examineScratch judges the scratch of another Heal: one that nobody holds was left behind.
func (c *Cache) examineScratch(e Entry) Result {
	top, err := c.download.OpenRoot(e.base)
	if errors.Is(err, fs.ErrNotExist) {
		return Result{Entry: e}
	} else if err != nil {
		return Result{Entry: e, Err: err}
	}
	defer top.Close()
	release, err := hold(top, "lock", false)
	if err != nil {
		return c.notHeld(e, err)
	}
	release()
	return Result{Entry: e, Findings: []Finding{{
		StrayScratch, c.path("cache/download", e.base), "was left behind by go safe verify --heal, which was interrupted",
	}}}
}

// seed copies a file of the true cache, so that it is not fetched.
func (c *Cache) seed(s *scratch, e Entry, suffix string) error {
	at, err := enter(c.download, e.at, c.downloadDevice)
	if err != nil {
		return err
	}
	defer at.Close()
	f, err := openFile(at, e.base+suffix)
	if err != nil {
		return err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || fi.Size() == 0 {
		return err
	}
	if err := s.top.MkdirAll(s.file(e, ""), 0o777); err != nil {
		return err
	}
	_, err = copyInto(s.top, s.file(e, suffix), io.LimitReader(f, maxZip), 0o666)
	return err
}

// file is where the scratch has a file of the entry; its folder for "".
func (s *scratch) file(e Entry, suffix string) string {
	dir := "mod/cache/download/" + e.at
	if suffix == "" {
		return dir
	}
	return dir + "/" + e.base + suffix
}

// fetched is the hash of the zip file which was fetched, "" where none was. The go command has compared it with
// go.sum or the checksum database before it wrote it down.
func (s *scratch) fetched(e Entry) (hash string, err error) {
	_, err = s.top.Lstat(s.file(e, ".zip"))
	var data []byte
	if err == nil {
		data, err = s.top.ReadFile(s.file(e, ".ziphash"))
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && !isHash(string(data)) {
		return "", nil
	}
	return string(data), err
}

// atOnce is how many modules one go command gets: so many fit in a command line anywhere.
const atOnce = 64

// ask runs the go command with modules as its last arguments, and returns what it said against each, by key. One that it ends at,
// such as one that is not what go.sum says, costs the others nothing.
func (s *scratch) ask(cache string, entries []Entry, args ...string) map[string]string {
	reasons := make(map[string]string)
	for chunk := range slices.Chunk(entries, atOnce) {
		if len(chunk) == 1 {
			s.askFor(reasons, cache, chunk, args)
		} else if s.askFor(reasons, cache, chunk, args) != nil {
			for i := range chunk {
				s.askFor(reasons, cache, chunk[i:i+1], args)
			}
		}
	}
	return reasons
}

// askFor is one go command. The error is that of one that ended before it could tell the modules apart.
func (s *scratch) askFor(reasons map[string]string, cache string, entries []Entry, args []string) error {
	args = slices.Clip(args)
	for _, e := range entries {
		args = append(args, e.Mod.String())
	}
	out, err := s.run(cache, s.dir, args...)
	answers := parseAnswers(out)
	maps.Copy(reasons, answers)
	if err == nil || len(answers) > 0 {
		return nil
	}
	for _, e := range entries {
		reasons[e.dir] = firstLine(err.Error())
	}
	return err
}

// parseAnswers reads what go mod download -json and go list -m -json print: of each module the error, which for one is
// a string and for the other an object.
func parseAnswers(out []byte) map[string]string {
	answers := make(map[string]string)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var answer struct {
			Path, Version string
			Error         json.RawMessage
		}
		if dec.Decode(&answer) != nil {
			return answers
		}
		var object struct{ Err string }
		reason := ""
		if json.Unmarshal(answer.Error, &reason) != nil {
			json.Unmarshal(answer.Error, &object)
			reason = object.Err
		}
		if e, ok := newEntry(module.Version{Path: answer.Path, Version: answer.Version}); ok {
			answers[e.dir] = firstLine(reason)
		}
	}
}

// firstLine is the line of a go command's message that says what happened.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimPrefix(line, "go: ")
}
