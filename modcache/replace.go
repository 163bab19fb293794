package modcache

import (
	"errors"
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
		return err
	}
	h.sums[e.Mod] = []string{fetched}
	ev, lookErr := h.look(e, new(hasher))
	if lookErr != nil {
		return errors.Join(err, lookErr)
	}
	if ev.zip.hash() != fetched {
		err = errors.Join(err, h.place(e, ".zip"))
	}
	if ev.hash != fetched {
		err = errors.Join(err, h.place(e, ".ziphash"))
	}
	if _, missing := at.Lstat(e.base + ".info"); missing != nil {
		err = errors.Join(err, h.place(e, ".info")) // which the go command asks for before it mends the rest
	}
	return err
}

// replaceMod is replace for the .mod file.
func (h *healer) replaceMod(at *os.Root, r *Result) error {
	_, missing := at.Lstat(r.Entry.base + ".mod")
	if !r.needsMod() && missing == nil {
		return nil
	}
	err := h.place(r.Entry, ".mod")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // none was fetched
	}
	return err
}

// place moves a fetched file into the cache.
func (h *healer) place(e Entry, suffix string) error {
	return h.download.Rename(h.scratch.path(e, suffix), e.at+"/"+e.base+suffix)
}
