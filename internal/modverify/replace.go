package modverify

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	pathpkg "path"

	"github.com/go-safe/go-safe/internal/modcache"
)

// replace puts what was downloaded in the place of what is damaged or missing.
func (r *repairer) replace(folder *os.Root, d *Result) error {
	e := &d.Entry
	err := r.replaceMod(folder, d)
	if !d.needsZip() {
		return err
	}
	downloaded, hashErr := r.scratch.downloaded(e)
	if downloaded == "" {
		return cmp.Or(err, hashErr)
	}
	r.sums[e.Version] = []string{downloaded}
	ev, readErr := r.gather(e, new(hasher))
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	if ev.zip.hash() != downloaded {
		err = errors.Join(err, r.place(folder, e, ".zip"))
	}
	if ev.hash != downloaded {
		err = errors.Join(err, r.place(folder, e, ".ziphash"))
	}
	if missing(folder, e.Base(".info")) { // the go command asks for it before it repairs the rest
		err = errors.Join(err, r.place(folder, e, ".info"))
	}
	return err
}

// replaceMod is replace for the .mod file.
func (r *repairer) replaceMod(folder *os.Root, d *Result) error {
	if !d.needsMod() && !missing(folder, d.Entry.Base(".mod")) {
		return nil
	}
	err := r.place(folder, &d.Entry, ".mod")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // none was downloaded
	}
	return err
}

// transfer does with what the go command did apart what finish does in the cache.
func (r *repairer) transfer(folder *os.Root, d *Result) (err error) {
	e := &d.Entry
	if downloaded, err := r.scratch.downloaded(e); downloaded == "" {
		return err // nil where none was: note has the reason
	}
	if d.needsHash() {
		err = r.place(folder, e, ".ziphash")
	}
	if err == nil && d.needsDir() {
		if err = r.replaceDir(e); err != nil {
			return &fs.PathError{Op: "replace", Path: r.path(e.Dir()), Err: systemError(err)}
		}
		err = removeIfThere(folder, e.Base(".partial"))
	}
	return err
}

// missing reports whether there is no such file. One that cannot be looked at is there.
func missing(folder *os.Root, name string) bool {
	_, err := folder.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// place puts a downloaded file into the cache: it renames one that was downloaded there, and copies one from apart.
func (r *repairer) place(folder *os.Root, e *Entry, suffix string) error {
	from, err := r.scratch.file(e, suffix), error(nil)
	if r.Apart == "" {
		err = r.Cache.download.Rename(r.scratch.name+"/"+from, e.inDownload()+"/"+e.Base(suffix))
	} else {
		err = r.placeCopy(folder, e.Base(suffix), from)
	}
	if err != nil {
		err = &fs.PathError{Op: "replace", Path: e.Base(suffix), Err: systemError(err)}
	}
	return err
}

func (r *repairer) placeCopy(folder *os.Root, name, from string) error {
	f, err := r.scratch.top.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	temp := name + fmt.Sprint(rand.Uint32()) + ".tmp" // as the go command names its own
	if err = copyTo(folder, temp, f, 0o666); err == nil {
		err = folder.Rename(temp, name)
	}
	if err != nil {
		folder.Remove(temp)
	}
	return err
}

// copyTo makes a file in dir. It follows no link.
func copyTo(dir *os.Root, name string, from io.Reader, perm fs.FileMode) error {
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}

// replaceDir puts a module that the go command extracted apart in the place of what is extracted in the cache,
// by one rename. The owner of the folder there may rename it meanwhile: all is done by descriptor, so nothing
// is written outside the cache.
func (r *repairer) replaceDir(e *Entry) (err error) {
	from, err := r.scratch.top.OpenRoot("mod/" + e.Dir())
	if err != nil {
		return err
	}
	defer from.Close()
	above := pathpkg.Dir(e.Dir())
	if err := r.root.MkdirAll(above, 0o777); err != nil {
		return err
	}
	parent, err := enter(r.root, above, r.rootDevice)
	if err != nil {
		return err
	}
	defer parent.Close()
	temp, name := scratchPrefix+fmt.Sprint(rand.Uint32()), pathpkg.Base(e.Dir())
	if err := parent.Mkdir(temp, 0o700); err != nil {
		return err
	}
	if err = r.copyTree(parent, temp, from); err == nil {
		err = parent.RemoveAll(name)
	}
	if err == nil {
		err = parent.Rename(temp, name)
	}
	if err != nil {
		parent.RemoveAll(temp)
	}
	return err
}

// copyTree copies a module, with the modes that the go command gives to files and folders. It sets those of
// folders last, children first.
func (r *repairer) copyTree(parent *os.Root, name string, from *os.Root) error {
	to, err := enter(parent, name, r.rootDevice)
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
		return copyTo(to, name, f, 0o444)
	})
	for i := len(dirs) - 1; i >= 0 && err == nil; i-- {
		err = chmodDir(to, dirs[i], 0o555)
	}
	return err
}

// chmodDir sets the mode of a directory by descriptor: by path it could be that of a file with another name
// elsewhere.
func chmodDir(in *os.Root, name string, mode fs.FileMode) error {
	f, err := in.OpenFile(name, os.O_RDONLY|modcache.Nonblock, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.IsDir() {
		return errors.Join(err, modcache.ErrIrregular)
	}
	return f.Chmod(mode)
}
