//go:build unix

package rights

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A toolchain is one that was extracted. Nothing outside of its directory can be reached from it.
type toolchain struct{ *os.Root }

// ready ends with bin/go, and the copies with src/go.mod: who meets one takes the rest for done.
func ready(cache, version string) error {
	d, err := fsinfo.OpenDir(filepath.Join(cache, "golang.org", "toolchain@"+version))
	if err != nil {
		return err
	}
	defer d.Close()
	if uid, _ := d.Owner(); os.Geteuid() == 0 && d.Check(fsinfo.Receiver{UIDs: []int{uid}}) != nil {
		return nil // root does what plain go does, and leaves the rest to the first who runs it
	}
	root, err := d.Root()
	if err != nil {
		return err
	}
	defer root.Close()
	t := toolchain{root}
	if self, err := lookIn(root, "."); err != nil || self.uid != os.Geteuid() {
		return err
	}
	if fi, err := root.Stat("bin/go"); err != nil || fi.Mode()&0o111 != 0 {
		return err
	}
	for _, step := range []func() error{
		func() error { return t.allow("pkg/tool", "*") },
		func() error { return t.allow("lib", "go_?*_?*_exec") },
		t.copies,
		func() error { return t.copyMod("src") },
		func() error { return t.allow("bin/gofmt", "*") },
		func() error { return t.allow("bin", "*") },
	} {
		if err := step(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// lookIn looks at an entry that can be opened.
func lookIn(root *os.Root, name string) (entry, error) {
	f, err := root.Open(name)
	if err != nil {
		return entry{}, err
	}
	defer f.Close()
	return lookAt(int(f.Fd()), "")
}

// allow makes the files at a path executable whose names match the pattern.
func (t toolchain) allow(at, pattern string) error {
	return t.files(at, pattern, func(name string) error {
		f, err := t.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		e, err := lookAt(int(f.Fd()), "")
		if err != nil || e.uid != os.Geteuid() || e.links != 1 || !e.mode.IsRegular() {
			return err
		}
		return f.Chmod(e.mode.Perm() | 0o111)
	})
}

// copies makes all copies but that in src.
func (t toolchain) copies() error {
	return t.files(".", "_go.mod", func(name string) error {
		if dir := path.Dir(name); dir != "src" {
			return t.copyMod(dir)
		}
		return nil
	})
}

// files does something with each file at a path whose name matches the pattern.
func (t toolchain) files(at, pattern string, do func(name string) error) error {
	return fs.WalkDir(t.FS(), at, func(name string, d fs.DirEntry, err error) error {
		if ok, _ := path.Match(pattern, path.Base(name)); err != nil || !ok || !d.Type().IsRegular() {
			return err
		}
		return do(name)
	})
}

// copyMod makes the copy in one directory, which is read-only.
func (t toolchain) copyMod(dir string) error {
	data, err := t.ReadFile(dir + "/_go.mod")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	fi, err2 := t.Stat(dir)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if err := t.Chmod(dir, fi.Mode()|0o200); err != nil {
		return err
	}
	defer t.Chmod(dir, fi.Mode())
	f, err := t.OpenFile(dir+"/go.mod", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o444)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
