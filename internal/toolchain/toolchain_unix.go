//go:build unix

package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A toolchain is an extracted one. Nothing outside of its directory can be reached from it.
type toolchain struct{ *os.Root }

// ready makes bin/go executable last, and of the copies that in src: a go command that finds one of these takes
// the rest for done.
func ready(cache, version string) error {
	d, err := fsinfo.OpenDir(filepath.Join(cache, "golang.org", "toolchain@"+version))
	if err != nil {
		return err
	}
	defer d.Close()
	uid, _ := d.Owner()
	if os.Geteuid() == 0 && d.Check(fsinfo.Receiver{UIDs: []int{uid}}) != nil {
		return nil // root does what plain go does, and leaves the rest to the first user
	}
	if uid != os.Geteuid() {
		return nil
	}
	root, err := d.Root()
	if err != nil {
		return err
	}
	defer root.Close()
	t := toolchain{root}
	if fi, err := root.Stat("bin/go"); err != nil || fi.Mode()&0o111 != 0 {
		return err
	}
	for _, step := range []func() error{
		func() error { return t.makeExecutable("pkg/tool", "*") },
		func() error { return t.makeExecutable("lib", "go_?*_?*_exec") },
		t.copyMods,
		func() error { return t.copyMod("src") },
		func() error { return t.makeExecutable("bin/gofmt", "*") },
		func() error { return t.makeExecutable("bin", "*") },
	} {
		if err := step(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// makeExecutable makes our files at a path executable whose names match the pattern.
func (t toolchain) makeExecutable(at, pattern string) error {
	return t.files(at, pattern, func(name string) error {
		f, err := t.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		fi, err := f.Stat()
		if err != nil || !fi.Mode().IsRegular() {
			return err
		}
		if st := fi.Sys().(*syscall.Stat_t); int(st.Uid) != os.Geteuid() || st.Nlink != 1 {
			return nil
		}
		return f.Chmod(fi.Mode().Perm() | 0o111)
	})
}

// copyMods makes all copies except that in src.
func (t toolchain) copyMods() error {
	return t.files(".", "_go.mod", func(name string) error {
		if dir := path.Dir(name); dir != "src" {
			return t.copyMod(dir)
		}
		return nil
	})
}

// files calls do for each file at a path whose name matches the pattern.
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
