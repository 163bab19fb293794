package modcache

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxGoMod is the size that a go.mod file may have (golang.org/x/mod/zip.MaxGoMod).
const maxGoMod = 16 << 20

// A Result is what was found about an entry.
type Result struct {
	Entry    Entry
	Findings []Finding
	Busy     bool  // a go command is at work on it: nothing was judged
	Err      error // why it could not be looked at, or not be healed

	zipIsRight bool // all else can be made from it
}

// Verify looks at the entries, as many at a time as there are processors, and compares them with their own hashes
// and with sums. It changes nothing. The results have the order of the entries. Tell is called as it goes on, with
// the bytes of zip files that were read and those of all; an entry without a zip file counts for one byte.
func (c *Cache) Verify(entries []Entry, sums Sums, tell func(done, all int64)) []Result {
	results := make([]Result, len(entries))
	var done, all int64
	for _, e := range entries {
		all += e.weight()
	}
	var next atomic.Int64
	var telling sync.Mutex
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var w hasher
			for i := next.Add(1) - 1; i < int64(len(entries)); i = next.Add(1) - 1 {
				left := entries[i].weight()
				w.read = func(n int64) {
					n = min(n, left) // what seems to be damaged is read twice
					left -= n
					telling.Lock()
					defer telling.Unlock()
					done += n
					tell(done, all)
				}
				results[i] = c.examine(entries[i], sums, &w)
				w.read(left)
			}
		})
	}
	workers.Wait()
	return results
}

// weight is what the entry counts for in how far Verify is.
func (e Entry) weight() int64 { return max(e.size, 1) }

// examine judges an entry. One that seems to be damaged is looked at again while no go command can be at work on it: what
// is being downloaded or extracted is not whole either.
func (c *Cache) examine(e Entry, sums Sums, w *hasher) Result {
	if e.at == "" {
		return c.examineScratch(e)
	}
	ev, err := c.look(e, w)
	if err != nil {
		return Result{Entry: e, Err: err}
	}
	found := c.judge(e, ev, sums)
	if len(found) == 0 || c.download == nil {
		return Result{Entry: e, Findings: found}
	}
	release, err := c.hold(e, false)
	if err != nil {
		return c.notHeld(e, err)
	}
	defer release()
	if ev, err = c.look(e, w); err != nil {
		return Result{Entry: e, Err: err}
	}
	return Result{
		Entry:      e,
		Findings:   c.judge(e, ev, sums),
		zipIsRight: ev.zip != nil && ev.zip.hash() == ev.truth(sums[e.Mod]),
	}
}

// hold is the function hold for an entry.
func (c *Cache) hold(e Entry, alone bool) (release func(), err error) {
	at, err := c.download.OpenRoot(e.at)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	} else if err != nil {
		return nil, err
	}
	defer at.Close()
	return hold(at, e.base+".lock", alone)
}

// notHeld is what is known of an entry that seems to be damaged and could not be locked to look at it again.
func (c *Cache) notHeld(e Entry, err error) Result {
	if err == errTaken {
		return Result{Entry: e, Busy: true}
	}
	return Result{Entry: e, Err: inFull(c.path("cache/download", e.at), err)}
}

// look gathers what there is of an entry. The error says what could not be read.
func (c *Cache) look(e Entry, w *hasher) (*evidence, error) {
	ev := new(evidence)
	if err := c.lookDownloads(e, ev, w); err != nil {
		return nil, fmt.Errorf("in %s: %w", c.path("cache/download", e.at), err)
	}
	fi, err := c.root.Lstat(e.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ev, nil
	case err != nil:
		return nil, inFull(c.Dir, err)
	}
	ev.hasDir = true
	if !fi.IsDir() {
		ev.dirErr = oddError("is no directory")
		return ev, nil
	}
	if ev.partial || fromGOROOT(e) {
		return ev, nil // of which nothing is known
	}
	ev.dir = make(manifest, len(ev.zip))
	err = w.subdir(ev.dir, c.root, e.dir, e.Mod.String()+"/", c.rootDevice)
	if e.Mod.Path == "golang.org/toolchain" {
		dropCopies(ev.dir)
	}
	var odd oddError
	if errors.As(err, &odd) {
		ev.dir, ev.dirErr, err = nil, err, nil
	}
	if err != nil {
		err = fmt.Errorf("in %s: %w", c.path(e.dir), err)
	}
	return ev, err
}

// dropCopies removes from a toolchain what the go command adds to it before its first use: a go.mod beside each _go.mod
// (cmd/go/internal/toolchain.Exec).
func dropCopies(m manifest) {
	for name, sum := range m {
		if dir, ok := strings.CutSuffix(name, "/_go.mod"); ok && m[dir+"/go.mod"] == sum {
			delete(m, dir+"/go.mod")
		}
	}
}

// lookDownloads gathers what was downloaded.
func (c *Cache) lookDownloads(e Entry, ev *evidence, w *hasher) error {
	if c.download == nil {
		return nil
	}
	at, err := enter(c.download, e.at, c.downloadDevice)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer at.Close()
	if ev.hasMod, ev.mod, err = read(at, e.base+".mod", maxGoMod); err != nil {
		return err
	}
	var hash []byte
	if ev.hasHash, hash, err = read(at, e.base+".ziphash", 1<<10); err != nil {
		return err
	}
	ev.hash = string(bytes.TrimSpace(hash))
	if ev.hasZip, err = lookZip(at, e.base+".zip", ev, w); err != nil {
		return err
	}
	_, err = at.Lstat(e.base + ".partial")
	ev.partial = err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range e.temps {
		if fi, err := at.Lstat(name); err == nil && stray(e, name, fi.ModTime()) {
			ev.temps = append(ev.temps, name)
		}
	}
	return nil
}

// stray reports whether a temporary file that nobody holds a lock for is one that nobody writes to. Zip files are
// written under the lock; what is written without one takes no time.
func stray(e Entry, name string, changed time.Time) bool {
	return strings.HasPrefix(name, e.base+".zip") || time.Since(changed) > time.Hour
}

// read reads a file of at most limit bytes. What is longer cannot be right, and is cut.
func read(at *os.Root, name string, limit int64) (ok bool, data []byte, err error) {
	f, err := openFile(at, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil, nil
	} else if err != nil {
		return false, nil, err
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, limit+1))
	return true, data, err
}

// lookZip reads a zip file. That it is no whole one is evidence; that it cannot be read is an error.
func lookZip(at *os.Root, name string, ev *evidence, w *hasher) (ok bool, err error) {
	f, err := openFile(at, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return false, err
	}
	if fi.Size() == 0 {
		ev.zipErr = errors.New("it is empty")
		return true, nil
	}
	ev.zip, err = w.zip(counted{f, w.read}, fi.Size())
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return true, err
	}
	ev.zipErr = err
	return true, nil
}
