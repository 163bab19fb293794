package modcache

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// replace puts what was fetched in the place of what is damaged or missing.
func (h *healer) replace(at *os.Root, r *Result) error {
	e := r.Entry
	err := h.replaceMod(at, r)
	if !r.needsZip() {
		return err
	}
	fetched := h.fetched(h.scratch, e)
	if fetched == "" {
		if r.has(ForeignZip) {
			err = errors.Join(err, h.condemn(at, e, ".zip", ".ziphash"))
		}
		return err
	}
	h.sums[e.Mod] = []string{fetched}
	ev, lookErr := h.look(e, new(hasher))
	if lookErr != nil {
		return errors.Join(err, lookErr)
	}
	if ev.zip.hash() != fetched {
		err = errors.Join(err, h.place(at, e, ".zip"))
	}
	if ev.hash != fetched {
		err = errors.Join(err, h.place(at, e, ".ziphash"))
	}
	if _, missing := at.Lstat(e.base + ".info"); missing != nil {
		err = errors.Join(err, h.place(at, e, ".info")) // which the go command asks for before it mends the rest
	}
	return err
}

// replaceMod is replace for the .mod file.
func (h *healer) replaceMod(at *os.Root, r *Result) error {
	_, missing := at.Lstat(r.Entry.base + ".mod")
	switch {
	case !r.needsMod() && missing == nil:
		return nil
	case h.place(at, r.Entry, ".mod") == nil || !r.has(ForeignMod):
		return nil
	}
	return h.condemn(at, r.Entry, ".mod")
}

// place moves a fetched file into the cache.
func (h *healer) place(at *os.Root, e Entry, suffix string) error {
	err := h.download.Rename(h.scratch.path(e, suffix), e.at+"/"+e.base+suffix)
	if err == nil {
		h.adopt(at, e.base+suffix, h.downloadDevice)
	}
	return err
}

// condemn removes files that go.sum contradicts. Without a zip file and its hash the go command does not take the
// extracted module either.
func (h *healer) condemn(at *os.Root, e Entry, suffixes ...string) error {
	for _, suffix := range suffixes {
		if err := at.Remove(e.base + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	why := cmp.Or(h.failed[key(e)], errors.New("the go command fetched nothing"))
	h.failed[key(e)] = fmt.Errorf("removed, and not fetched again: %w", why)
	h.removed[key(e)] = true
	return nil
}
