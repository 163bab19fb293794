package modverify

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
)

// Repair repairs what Verify has found, and nothing else, and returns what it finds then. The real go command
// downloads what is needed, to a folder beside the cache, and a file is replaced only when there is a better
// one. So where nothing can be downloaded everything stays as it was. So does what only go.sum contradicts if
// nothing better comes: the go command refuses it where that go.sum counts, and it may be right elsewhere.
//
// With Apart, a directory in which only this user can rename, the go command never works in the cache, where
// the cache's users could redirect it. It downloads and extracts there, and Repair copies the result, by
// descriptor. It does without the cache's answers of the checksum database and clones of repositories.
//
// The caller keeps other users of the cache away. Against go commands Repair holds their own lock of each
// version. The error says why nothing was tried: an *OwnerError where only somebody else can change the cache.
func (c *Cache) Repair(results []Result, sums gomod.Sums, run Go) ([]Result, error) {
	results = slices.Clone(results)
	var damaged []*Result
	var entries []Entry
	for i := range results {
		if len(results[i].Findings) > 0 {
			damaged = append(damaged, &results[i])
			entries = append(entries, results[i].Entry)
		}
	}
	if err := c.makeDownload(); err != nil {
		return nil, err
	}
	s, err := c.newScratch(entries, sums, run)
	if err != nil {
		return nil, err
	}
	defer c.removeScratch(s)
	r := &repairer{
		Cache: c, scratch: s, sums: maps.Clone(sums), failed: make(map[string]error),
		steps: &steps{damaged: int64(len(damaged))},
	}
	c.repairing.Store(r.steps)
	r.sweep(damaged)
	r.download(damaged)
	r.finish(damaged)
	for i, now := range c.Verify(entries, r.sums, func(int64, int64) {}) {
		if now.Busy {
			now.Err = errBusy
		}
		if len(now.Findings) > 0 {
			now.Err = cmp.Or(now.Err, r.failed[now.Entry.key()])
		}
		*damaged[i] = now
	}
	return results, nil
}

// makeDownload makes cache/download where a clean left only extracted modules.
func (c *Cache) makeDownload() error {
	if c.download != nil {
		return nil
	}
	if err := c.root.MkdirAll(modcache.Downloads, 0o777); err != nil {
		return explain(c.root, c.Dir, err)
	}
	return inFull(c.Dir, c.openDownload())
}

// A repairer is one Repair.
type repairer struct {
	*Cache
	scratch *scratch
	sums    gomod.Sums       // what go.sum says, and the hashes of what was downloaded
	failed  map[string]error // why something was not repaired, by key of the entry
	steps   *steps
}

// steps counts two for each damaged entry: when it has been downloaded, and when it has been put in order.
type steps struct {
	damaged  int64
	finished atomic.Int64
	awaited  atomic.Pointer[awaited]
}

// awaited are the files that the go command downloads.
type awaited struct {
	in    *os.Root
	files []string
}

// Repaired returns how many steps of a Repair that goes on are done, and how many there are; 0 before the first.
func (c *Cache) Repaired() (done, all int64) {
	s := c.repairing.Load()
	if s == nil {
		return 0, 0
	}
	done = s.finished.Load()
	if w := s.awaited.Load(); w != nil {
		done += s.damaged
		for _, name := range w.files {
			if _, err := w.in.Lstat(name); err != nil {
				done--
			}
		}
	}
	return max(0, done), 2 * s.damaged
}

// has reports whether one of the kinds was found.
func (r *Result) has(kinds ...Kind) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return slices.Contains(kinds, f.Kind) })
}

func (r *Result) needsMod() bool { return r.has(EmptyMod, ForeignMod, ChangedMod) }

func (r *Result) needsHash() bool { return r.has(TornHash, WrongHash, MissingHash) }

func (r *Result) needsDir() bool { return r.has(ChangedDir, ForeignDir, OrphanDir, HalfDir) }

// needsZip reports whether the zip file has to be downloaded before anything else can be repaired.
func (r *Result) needsZip() bool {
	return !r.zipIsRight && (r.has(TornZip, ForeignZip, ChangedZip) || r.needsHash() || r.needsDir())
}

var errBusy = errors.New("a go command is at work on it")

// locked calls do with the folder of an entry's downloads, under the go command's lock, and reports whether
// that succeeded.
func (r *repairer) locked(e *Entry, do func(folder *os.Root) error) bool {
	err := inFull(r.path(modcache.Downloads), r.Cache.download.MkdirAll(e.inDownload(), 0o777))
	if err == nil {
		err = r.lockedIn(e, do)
	}
	r.failed[e.key()] = cmp.Or(r.failed[e.key()], err)
	return err == nil
}

func (r *repairer) lockedIn(e *Entry, do func(folder *os.Root) error) error {
	folder, err := r.folder(e)
	if err != nil {
		return inFull(r.path(modcache.Downloads), err)
	}
	defer folder.Close()
	release, err := modcache.Lock(folder, e.Base(".lock"), true)
	if err == modcache.ErrLocked {
		return errBusy
	}
	if err == nil {
		defer release()
		err = do(folder)
	}
	return explain(folder, r.path(e.Folder()), err)
}

// sweep removes what killed processes left behind.
func (r *repairer) sweep(damaged []*Result) {
	for _, d := range damaged {
		if d.has(StrayScratch) {
			r.failed[d.Entry.key()] = r.Cache.download.RemoveAll(d.Entry.scratch)
		}
		if d.has(StrayTemp, StrayPartial) {
			r.locked(&d.Entry, func(folder *os.Root) (err error) {
				for _, f := range d.Findings {
					if f.Kind == StrayTemp || f.Kind == StrayPartial {
						err = errors.Join(err, folder.Remove(filepath.Base(f.Path)))
					}
				}
				return err
			})
		}
	}
}

// download has the go command download what is to be replaced, and replaces it.
func (r *repairer) download(damaged []*Result) {
	mods, zips := r.prepare(damaged)
	cache := r.scratch.cache
	r.await(mods, zips)
	r.note(r.scratch.ask(cache, mods, "list", "-m", "-e", "-json", "-modcacherw"))
	for _, e := range mods {
		if _, err := r.scratch.top.Lstat(r.scratch.file(&e, ".mod")); err != nil {
			zips = append(zips, e) // go list does not say why it has no .mod, and go mod download does
		}
	}
	r.note(r.scratch.ask(cache, zips, "mod", "download", "-json", "-modcacherw"))
	for _, d := range damaged {
		if d.needsMod() || d.needsZip() {
			r.locked(&d.Entry, func(folder *os.Root) error { return r.replace(folder, d) })
		}
	}
}

// await lets Repaired see what arrives.
func (r *repairer) await(mods, zips []Entry) {
	w := &awaited{in: r.scratch.top}
	for i := range mods {
		w.files = append(w.files, r.scratch.file(&mods[i], ".mod"))
	}
	for i := range zips {
		w.files = append(w.files, r.scratch.file(&zips[i], ".ziphash")) // it is written last
	}
	r.steps.awaited.Store(w)
}

// prepare returns the entries of which the .mod file and those of which all has to be downloaded. What is right
// already it copies to the scratch, so that the go command does not download that.
func (r *repairer) prepare(damaged []*Result) (mods, zips []Entry) {
	for _, d := range damaged {
		e := &d.Entry
		apart := r.Apart != "" && d.zipIsRight && (d.needsHash() || d.needsDir())
		switch {
		case d.needsZip(), apart:
			zips = append(zips, *e)
			if !d.needsMod() {
				r.supply(e, ".mod")
			}
			if !d.needsZip() {
				r.supply(e, ".zip") // without its hash: the go command makes that anew, and verifies it
			}
		case d.needsMod():
			mods = append(mods, *e)
		default:
			continue
		}
		r.supply(e, ".info")
	}
	return mods, zips
}

// note keeps what the go command said against modules.
func (r *repairer) note(reasons map[string]string) {
	for key, reason := range reasons {
		if reason != "" {
			r.failed[key] = errors.New(reason)
		}
	}
}

// finish has the go command do what it can do itself in the cache, now that the zip files are right: write a
// .ziphash that is empty, and extract again what has a .partial beside it.
func (r *repairer) finish(damaged []*Result) {
	var again []Entry
	for _, d := range damaged {
		now := r.examine(d.Entry, r.sums, new(hasher))
		r.steps.finished.Add(1)
		key := now.Entry.key()
		r.failed[key] = cmp.Or(r.failed[key], now.Err)
		if !now.zipIsRight || !now.needsHash() && !now.needsDir() {
			continue
		}
		if r.Apart != "" {
			r.locked(&now.Entry, func(folder *os.Root) error { return r.transfer(folder, &now) })
		} else if r.locked(&now.Entry, func(folder *os.Root) error { return r.mark(folder, &now) }) {
			again = append(again, now.Entry)
		}
	}
	if r.Apart != "" {
		return
	}
	r.note(r.scratch.ask(r.Dir, again, "mod", "download", "-json"))
	for _, e := range again {
		if err := r.failed[e.key()]; err != nil {
			r.failed[e.key()] = fmt.Errorf("the next go command that needs it repairs it: %w", err)
		}
	}
}

// mark makes the go command see what it has to do.
func (r *repairer) mark(folder *os.Root, d *Result) error {
	e := &d.Entry
	if d.needsDir() {
		if err := r.canReplace(e); err != nil {
			return err
		}
	}
	if d.needsHash() {
		if err := remake(folder, e.Base(".ziphash")); err != nil {
			return err
		}
	}
	if d.needsDir() {
		return remake(folder, e.Base(".partial"))
	}
	return nil
}

// remake puts an empty file in the place of what has the name. It does not open that: it might be a pipe, or
// have another name elsewhere.
func remake(folder *os.Root, name string) error {
	if err := removeIfThere(folder, name); err != nil {
		return err
	}
	f, err := folder.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	return f.Close()
}

func removeIfThere(folder *os.Root, name string) error {
	err := folder.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
