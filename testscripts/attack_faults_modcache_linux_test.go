//go:build linux && (amd64 || arm64)

package testscripts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// moduleFiles makes a module cache, and a module that uses it.
func moduleFiles(f *faultRun, dir string) {
	f.folders(dir)
	f.write(dir+"/module", `
-- go.mod --
module m

go 1.21

require example.com/b v1.0.0

require example.com/a v1.0.0 // indirect
-- m.go --
package m

import _ "example.com/b"
`)
	f.plain(dir, nil, "build", "./...")
	mustDo(f.t, os.RemoveAll(dir+"/cache"))
	mustDo(f.t, makeDir(dir+"/cache", 0o755))
	mustDo(f.t, os.RemoveAll(dir+"/home"))
	mustDo(f.t, makeDir(dir+"/home", 0o755))
}

// moduleFilesClosed makes them in a directory in which the cache cannot be renamed.
func moduleFilesClosed(f *faultRun, dir string) {
	moduleFiles(f, dir)
	f.spoil = func(dir string) error { return os.Chown(dir+"/gopath/pkg", 0, 0) }
}

// moduleFilesFailing also makes a go command that fails before it removes anything.
func moduleFilesFailing(f *faultRun, dir string) {
	moduleFiles(f, dir)
	mustDo(f.t, os.WriteFile(dir+"/failing", []byte("#!/bin/sh\necho go: failed >&2\nexit 3\n"), 0o755))
}

func moduleFilesFailingClosed(f *faultRun, dir string) {
	moduleFilesFailing(f, dir)
	f.spoil = func(dir string) error { return os.Chown(dir+"/gopath/pkg", 0, 0) }
}

// cachedModules returns the files of a module cache, by their path in it.
func cachedModules(cache string) (map[string]string, error) {
	files := make(map[string]string)
	err := filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, cache+"/")
		ours := strings.HasPrefix(d.Name(), "go-safe-clean-") || strings.HasPrefix(d.Name(), ".go-safe-heal-")
		if d.IsDir() && ours {
			return fs.SkipDir
		}
		if d.IsDir() || strings.HasSuffix(name, "lock") || d.Name() == "list" {
			return nil
		}
		data, err := os.ReadFile(path)
		files[name] = string(data)
		return err
	})
	return files, err
}

// moduleCaches returns the files of the module cache as they are, and as they were.
func moduleCaches(dir string) (have, want map[string]string, err error) {
	const cache = "/gopath/pkg/mod"
	if want, err = cachedModules(templateOf(dir) + cache); err == nil {
		have, err = cachedModules(dir + cache)
	}
	return have, want, err
}

// moduleCacheWhole: the whole cache exists, or nothing of it.
func moduleCacheWhole(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil || len(have) == 0 {
		return err
	}
	return sameFiles(have, want)
}

// moduleCacheUsable: nothing exists by half. If the cache is moved entry by entry, its folder "cache" goes last and
// comes back first. So each extracted module exists or not, and none exists without its zip file.
func moduleCacheUsable(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil || len(have) == 0 {
		return err
	}
	for name := range want {
		first, _, _ := strings.Cut(name, "/")
		_, err := os.Lstat(filepath.Join(dir, "gopath/pkg/mod", first))
		if errors.Is(err, fs.ErrNotExist) && first != "cache" {
			delete(want, name)
		}
	}
	return sameFiles(have, want)
}

// moduleCacheThere: the whole cache exists.
func moduleCacheThere(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil {
		return err
	}
	return sameFiles(have, want)
}

func moduleCacheSound(dir string, _ *injected) error { return moduleCacheThere(dir) }

// templateOf returns the directory that dir was copied from.
func templateOf(dir string) string { return filepath.Join(filepath.Dir(dir), "template") }

func sameFiles(have, want map[string]string) error {
	var odd []string
	for name, text := range want {
		if got, ok := have[name]; !ok {
			odd = append(odd, "- "+name)
		} else if got != text {
			odd = append(odd, "! "+name)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			odd = append(odd, "+ "+name)
		}
	}
	if len(odd) == 0 {
		return nil
	}
	slices.Sort(odd)
	return fmt.Errorf("%d of %d files: %s", len(have), len(want), strings.Join(odd, ", "))
}

func moduleCacheGone(dir string, _ *injected) error {
	if _, err := os.Lstat(dir + "/gopath/pkg/mod"); err == nil {
		return errors.New("the cache is there")
	}
	return nil
}

// moduleCacheEmpty is for a cache whose directory itself cannot be removed.
func moduleCacheEmpty(dir string, _ *injected) error {
	entries, err := os.ReadDir(dir + "/gopath/pkg/mod")
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%v is there", entries)
	}
	return err
}

// verifySound: go safe verify may not call a module good that it did not look at.
func verifySound(dir string, r *injected) error {
	for _, words := range []string{"2 module versions verified", "all as they should be"} {
		if !bytes.Contains(r.output, []byte(words)) {
			return fmt.Errorf("it says %q", r.output)
		}
	}
	return nil
}

// damagedFiles makes a module cache with several kinds of damage. The template is not damaged: in the end all must
// look like it.
func damagedFiles(f *faultRun, dir string) {
	moduleFiles(f, dir)
	f.spoil = func(dir string) error {
		cache := dir + "/gopath/pkg/mod"
		at := cache + "/cache/download/example.com"
		return errors.Join(
			os.Truncate(at+"/b/@v/v1.0.0.zip", 100),
			os.Truncate(at+"/b/@v/v1.0.0.mod", 0),
			os.Truncate(at+"/a/@v/v1.0.0.ziphash", 0),
			os.Chmod(cache+"/example.com/a@v1.0.0/a.go", 0o644),
			os.WriteFile(cache+"/example.com/a@v1.0.0/a.go", []byte("changed"), 0o644),
		)
	}
}

// undamagedThere: good files are unchanged, and damaged files are unchanged or good.
func undamagedThere(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil {
		return err
	}
	const at = "cache/download/example.com/"
	for name, spoiled := range map[string]string{
		at + "b/@v/v1.0.0.zip":      want[at+"b/@v/v1.0.0.zip"][:100],
		at + "b/@v/v1.0.0.mod":      "",
		at + "a/@v/v1.0.0.ziphash":  "",
		"example.com/a@v1.0.0/a.go": "changed",
	} {
		if have[name] == spoiled {
			have[name] = want[name]
		}
	}
	// This file makes the go command extract the module again.
	delete(have, at+"a/@v/v1.0.0.partial")
	return sameFiles(have, want)
}

// closedFiles makes a module cache of which parts are closed to their owner.
func closedFiles(f *faultRun, dir string) {
	moduleFiles(f, dir)
	f.spoil = func(dir string) error {
		at := dir + "/gopath/pkg/mod/cache/download/example.com"
		return errors.Join(
			os.Chmod(at+"/a/@v/v1.0.0.mod", 0),
			os.Chmod(at+"/b/@v/v1.0.0.zip", 0o200),
			os.Chmod(at+"/b/@v", 0o500),
			os.Chmod(at+"/a", 0o400),
			os.Chmod(dir+"/gopath/pkg/mod/example.com/a@v1.0.0/deep", 0o300),
		)
	}
}

// entries returns an error that lists the entries of the module cache for which isRight returns false.
func entries(dir string, isRight func(path string, mode fs.FileMode, st *syscall.Stat_t) bool) error {
	var odd []string
	err := filepath.WalkDir(dir+"/gopath/pkg/mod", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err == nil && !isRight(path, fi.Mode(), fi.Sys().(*syscall.Stat_t)) {
			odd = append(odd, fmt.Sprintf("%v %s", fi.Mode(), strings.TrimPrefix(path, dir)))
		}
		return err
	})
	if err == nil && len(odd) > 0 {
		err = errors.New(strings.Join(odd, ", "))
	}
	return err
}

func openedToOwner(dir string, _ *injected) error {
	return entries(dir, func(path string, mode fs.FileMode, _ *syscall.Stat_t) bool {
		needs := fs.FileMode(0o400)
		if mode.IsDir() {
			needs = 0o500
			if !strings.Contains(path, "@v1") {
				needs = 0o700
			}
		}
		return mode&needs == needs
	})
}

func givenToUser(dir string, _ *injected) error {
	return entries(dir, func(_ string, _ fs.FileMode, st *syscall.Stat_t) bool {
		return st.Uid == faultUser && st.Gid == faultUser
	})
}

func sharedWithGroup(dir string, _ *injected) error {
	return entries(dir, func(_ string, mode fs.FileMode, st *syscall.Stat_t) bool {
		return st.Gid == faultGroup && mode>>3&0o007 == mode>>6&0o007 && (!mode.IsDir() || mode&fs.ModeSetgid != 0)
	})
}
