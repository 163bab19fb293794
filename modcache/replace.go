package modcache

import (
	"cmp"
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
	fetched, fetchErr := h.fetched(h.scratch, e)
	if fetched == "" {
		return cmp.Or(err, fetchErr)
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
	if missing(at, e.base+".info") {
		err = errors.Join(err, h.place(e, ".info")) // which the go command asks for before it mends the rest
	}
	return err
}

// replaceMod is replace for the .mod file.
func (h *healer) replaceMod(at *os.Root, r *Result) error {
	if !r.needsMod() && !missing(at, r.Entry.base+".mod") {
		return nil
	}
	err := h.place(r.Entry, ".mod")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // none was fetched
	}
	return err
}

// missing reports whether there is no such file. One that cannot be looked at is there.
func missing(at *os.Root, name string) bool {
	_, err := at.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// place moves a fetched file into the cache.
func (h *healer) place(e Entry, suffix string) error {
	err := h.download.Rename(h.scratch.path(e, suffix), e.at+"/"+e.base+suffix)
	if err != nil {
		err = &fs.PathError{Op: "replace", Path: e.base + suffix, Err: lastError(err)}
	}
	return err
}
