package modcache

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Heal mends what Verify has found, and nothing else, and returns what is found then. What has to be fetched the real go
// fetches, to a place beside the cache; a file is replaced only when there is a better one. So where nothing can be
// fetched everything stays as it was. So does what only go.sum contradicts: the go command refuses it where that go.sum counts, and it may be
// right elsewhere.
//
// With Apart, a directory in which only this user can rename, the go command never works in the cache, whose users
// could redirect it: it fetches and extracts there, and Heal copies the result, by descriptor. Nothing of the cache's
// checksum database and repositories is used.
//
// The caller keeps other users of the cache away. Against go commands Heal holds their own lock of each version. The error says
// why nothing was tried: an *OwnerError where the cache is for somebody else to change.
func (c *Cache) Heal(results []Result, sums Sums, run Go) ([]Result, error) {
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
	h := &healer{Cache: c, scratch: s, sums: maps.Clone(sums), failed: make(map[string]error)}
	h.sweep(damaged)
	h.fetch(damaged)
	h.mend(damaged)
	for i, r := range c.Verify(entries, h.sums, func(int64, int64) {}) {
		if r.Busy {
			r.Err = errBusy
		}
		if len(r.Findings) > 0 {
			r.Err = cmp.Or(r.Err, h.failed[key(r.Entry)])
		}
		*damaged[i] = r
	}
	return results, nil
}

// makeDownload makes cache/download where a clean has left only extracted modules.
func (c *Cache) makeDownload() error {
	if c.download != nil {
		return nil
	}
	if err := c.root.MkdirAll("cache/download", 0o777); err != nil {
		return c.owned(c.root, c.Dir, err)
	}
	return inFull(c.Dir, c.openDownload())
}

// A healer is one Heal.
type healer struct {
	*Cache
	scratch *scratch
	sums    Sums             // what go.sum says, and the hashes of what was fetched
	failed  map[string]error // why something was not healed, by key
}

func key(e Entry) string { return cmp.Or(e.dir, e.base) }

// has reports whether one of the kinds was found.
func (r *Result) has(kinds ...Kind) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return slices.Contains(kinds, f.Kind) })
}

func (r *Result) needsMod() bool { return r.has(EmptyMod, ForeignMod, ChangedMod) }

func (r *Result) needsHash() bool { return r.has(TornHash, WrongHash, MissingHash) }

func (r *Result) needsDir() bool { return r.has(ChangedDir, ForeignDir, OrphanDir, HalfDir) }

// needsZip reports whether nothing can be mended before the zip file is fetched.
func (r *Result) needsZip() bool {
	return !r.zipIsRight && (r.has(TornZip, ForeignZip, ChangedZip) || r.needsHash() || r.needsDir())
}

var errBusy = errors.New("a go command is at work on it")

// locked does what is to be done with the downloads of an entry, alone, and reports whether that succeeded.
func (h *healer) locked(e Entry, do func(at *os.Root) error) bool {
	err := inFull(h.path("cache/download"), h.download.MkdirAll(e.at, 0o777))
	if err == nil {
		err = h.lockedIn(e, do)
	}
	h.failed[key(e)] = cmp.Or(h.failed[key(e)], err)
	return err == nil
}

func (h *healer) lockedIn(e Entry, do func(at *os.Root) error) error {
	at, err := enter(h.download, e.at, h.downloadDevice)
	if err != nil {
		return inFull(h.path("cache/download"), err)
	}
	defer at.Close()
	release, err := hold(at, e.base+".lock", true)
	if err == errTaken {
		return errBusy
	}
	if err == nil {
		defer release()
		err = do(at)
	}
	return h.owned(at, h.path("cache/download", e.at), err)
}

// sweep removes what was left behind.
func (h *healer) sweep(damaged []*Result) {
	for _, r := range damaged {
		if r.has(StrayScratch) {
			h.failed[key(r.Entry)] = h.download.RemoveAll(r.Entry.base)
		}
		if r.has(StrayTemp, StrayPartial) {
			h.locked(r.Entry, func(at *os.Root) (err error) {
				for _, f := range r.Findings {
					if f.Kind == StrayTemp || f.Kind == StrayPartial {
						err = errors.Join(err, at.Remove(filepath.Base(f.Path)))
					}
				}
				return err
			})
		}
	}
}

// fetch fetches what is to be replaced, and replaces it.
func (h *healer) fetch(damaged []*Result) {
	var mods, zips []Entry
	for _, r := range damaged {
		e := r.Entry
		switch {
		case r.needsZip():
			zips = append(zips, e)
			if !r.needsMod() {
				h.seed(h.scratch, e, ".mod")
			}
		case h.Apart != "" && r.zipIsRight && (r.needsHash() || r.needsDir()):
			zips = append(zips, e)
			h.seed(h.scratch, e, ".zip") // without its hash: the go command makes that anew, and verifies it
			if !r.needsMod() {
				h.seed(h.scratch, e, ".mod")
			}
		case r.needsMod():
			mods = append(mods, e)
		default:
			continue
		}
		h.seed(h.scratch, e, ".info")
	}
	cache := h.scratch.cache
	h.note(h.scratch.ask(cache, mods, "list", "-m", "-e", "-json", "-modcacherw"))
	for _, e := range mods {
		if _, err := h.scratch.top.Lstat(h.scratch.file(e, ".mod")); err != nil {
			zips = append(zips, e) // go list does not say why it has no .mod
		}
	}
	h.note(h.scratch.ask(cache, zips, "mod", "download", "-json", "-modcacherw"))
	for _, r := range damaged {
		if r.needsMod() || r.needsZip() {
			h.locked(r.Entry, func(at *os.Root) error { return h.replace(at, r) })
		}
	}
}

// note puts down what the go command said against modules.
func (h *healer) note(reasons map[string]string) {
	for key, reason := range reasons {
		if reason != "" {
			h.failed[key] = errors.New(reason)
		}
	}
}

// mend has the go command do what it can do itself in the cache, now that the zip files are right: write a .ziphash that
// is empty, and extract anew what has a .partial beside it.
func (h *healer) mend(damaged []*Result) {
	var again []Entry
	for _, r := range damaged {
		now := h.examine(r.Entry, h.sums, new(hasher))
		h.failed[key(r.Entry)] = cmp.Or(h.failed[key(r.Entry)], now.Err)
		if !now.zipIsRight || !now.needsHash() && !now.needsDir() {
			continue
		}
		if h.Apart != "" {
			h.locked(r.Entry, func(at *os.Root) error { return h.transfer(at, &now) })
		} else if h.locked(r.Entry, func(at *os.Root) error { return h.mark(at, &now) }) {
			again = append(again, r.Entry)
		}
	}
	if h.Apart != "" {
		return
	}
	h.note(h.scratch.ask(h.Dir, again, "mod", "download", "-json"))
	for _, e := range again {
		if err := h.failed[key(e)]; err != nil {
			h.failed[key(e)] = fmt.Errorf("the next go command that needs it mends it: %w", err)
		}
	}
}

// transfer is mend for what the go command did apart.
func (h *healer) transfer(at *os.Root, r *Result) (err error) {
	e := r.Entry
	if fetched, err := h.scratch.fetched(e); fetched == "" {
		return err // none was fetched: that has been noted
	}
	if r.needsHash() {
		err = h.place(at, e, ".ziphash")
	}
	if err == nil && r.needsDir() {
		if err = h.plant(e); err != nil {
			return &fs.PathError{Op: "replace", Path: h.path(e.dir), Err: lastError(err)}
		}
		err = removeIfThere(at, e.base+".partial")
	}
	return err
}

// mark makes the go command see what it has to do.
func (h *healer) mark(at *os.Root, r *Result) error {
	e := r.Entry
	if r.needsDir() {
		if err := h.canReplace(e); err != nil {
			return err
		}
	}
	if r.needsHash() {
		if err := remake(at, e.base+".ziphash"); err != nil {
			return err
		}
	}
	if r.needsDir() {
		return remake(at, e.base+".partial")
	}
	return nil
}

// remake makes an empty file in the place of what has the name: opened, that might be a pipe, or have another name
// elsewhere.
func remake(at *os.Root, name string) error {
	if err := removeIfThere(at, name); err != nil {
		return err
	}
	f, err := at.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	return f.Close()
}

func removeIfThere(at *os.Root, name string) error {
	err := at.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
