package modcache

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	pathpkg "path"
)

// replace puts what was fetched in the place of what is damaged or missing.
func (h *healer) replace(at *os.Root, r *Result) error {
	e := r.Entry
	err := h.replaceMod(at, r)
	if !r.needsZip() {
		return err
	}
	fetched, fetchErr := h.scratch.fetched(e)
	if fetched == "" {
		return cmp.Or(err, fetchErr)
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
	if missing(at, e.base+".info") {
		err = errors.Join(err, h.place(at, e, ".info")) // which the go command asks for before it mends the rest
	}
	return err
}

// replaceMod is replace for the .mod file.
func (h *healer) replaceMod(at *os.Root, r *Result) error {
	if !r.needsMod() && !missing(at, r.Entry.base+".mod") {
		return nil
	}
	err := h.place(at, r.Entry, ".mod")
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

// place puts a fetched file into the cache: it moves one that was fetched there, and copies one that was fetched apart.
func (h *healer) place(at *os.Root, e Entry, suffix string) error {
	err := h.move(at, e, suffix)
	if err != nil {
		err = &fs.PathError{Op: "replace", Path: e.base + suffix, Err: lastError(err)}
	}
	return err
}

// move is place, with the system's errors.
func (h *healer) move(at *os.Root, e Entry, suffix string) error {
	from := h.scratch.file(e, suffix)
	if h.Apart == "" {
		return h.download.Rename(h.scratch.name+"/"+from, e.at+"/"+e.base+suffix)
	}
	f, err := h.scratch.top.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	temp := e.base + suffix + fmt.Sprint(rand.Uint32()) + ".tmp" // as the go command calls its own
	if _, err = copyInto(at, temp, f, 0o666); err == nil {
		err = at.Rename(temp, e.base+suffix)
	}
	if err != nil {
		at.Remove(temp)
	}
	return err
}

// copyInto makes a file in dir, and follows no link.
func copyInto(dir *os.Root, name string, from io.Reader, perm fs.FileMode) (n int64, err error) {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(f, from)
	return n, errors.Join(err, f.Close())
}

// plant puts a module that the go command has extracted apart in the place of what is extracted in the cache, in one
// step. Whoever owns the folder there may rename it meanwhile: nothing is written outside of the cache, and modes are
// set by descriptor.
func (h *healer) plant(e Entry) (err error) {
	from, err := h.scratch.top.OpenRoot("mod/" + e.dir)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := h.root.MkdirAll(pathpkg.Dir(e.dir), 0o777); err != nil {
		return err
	}
	parent, err := enter(h.root, pathpkg.Dir(e.dir), h.rootDevice)
	if err != nil {
		return err
	}
	defer parent.Close()
	temp, base := scratchPrefix+fmt.Sprint(rand.Uint32()), pathpkg.Base(e.dir)
	if err := parent.Mkdir(temp, 0o700); err != nil {
		return err
	}
	if err = h.copyTree(parent, temp, from); err == nil {
		err = parent.RemoveAll(base)
	}
	if err == nil {
		err = parent.Rename(temp, base)
	}
	if err != nil {
		parent.RemoveAll(temp)
	}
	return err
}

// copyTree copies a module, with the modes that the go command gives to files and folders.
func (h *healer) copyTree(parent *os.Root, name string, from *os.Root) error {
	to, err := enter(parent, name, h.rootDevice)
	if err != nil {
		return err
	}
	defer to.Close()
	var dirs []string
	err = fs.WalkDir(from.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			dirs = append(dirs, name)
			if name == "." {
				return nil
			}
			return to.Mkdir(name, 0o700)
		}
		f, err := from.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = copyInto(to, name, f, 0o444)
		return err
	})
	for i := len(dirs) - 1; i >= 0 && err == nil; i-- {
		err = chmodDir(to, dirs[i], 0o555)
	}
	return err
}

// chmodDir sets the mode of what is a directory, by descriptor: a path could have become one of a file with another
// name elsewhere.
func chmodDir(in *os.Root, name string, mode fs.FileMode) error {
	f, err := in.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.IsDir() {
		return errors.Join(err, errIrregular)
	}
	return f.Chmod(mode)
}
