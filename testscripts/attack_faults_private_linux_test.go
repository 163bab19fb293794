//go:build linux && (amd64 || arm64)

package testscripts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// readOnlyFiles makes a module cache of root, and a user's module that needs one more version.
func readOnlyFiles(f *faultRun, dir string) {
	moduleFiles(f, dir)
	file := dir + "/module/go.mod"
	text, err := os.ReadFile(file)
	mustDo(f.t, err)
	text = bytes.Replace(text, []byte("example.com/a v1.0.0"), []byte("example.com/a v1.1.0"), 1)
	mustDo(f.t, os.WriteFile(file, text, 0o644))
	f.spoil = func(dir string) error { return chownTree(dir+"/ro", 0) }
	f.t.Cleanup(func() { removeTree(fallback) })
}

// privateCopyWhole: the cache is as it was, and nothing exists by half in the private copy.
func privateCopyWhole(dir string) error {
	want, err := cachedModules(templateOf(dir) + "/ro/pkg/mod")
	if err != nil {
		return err
	}
	have, err := cachedModules(dir + "/ro/pkg/mod")
	if err != nil {
		return err
	}
	if err := sameFiles(have, want); err != nil {
		return err
	}
	for _, private := range privateCopies(dir) {
		if err := nothingByHalf(dir, private); err != nil {
			return fmt.Errorf("%s: %w", private, err)
		}
	}
	return nil
}

// privateCopies returns the module caches in the places where go-safe makes private ones.
func privateCopies(dir string) (list []string) {
	find := func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasSuffix(path, "/cache/download") {
			list = append(list, strings.TrimSuffix(path, "/cache/download"))
			return fs.SkipDir
		}
		return nil
	}
	filepath.WalkDir(dir+"/home", find)
	filepath.WalkDir(fallback, find)
	return list
}

// nothingByHalf compares the files that have their final names in a module cache with those of the proxy.
func nothingByHalf(dir, cache string) error {
	proxy := filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(dir))), "versions")
	files, err := cachedModules(cache)
	if err != nil {
		return err
	}
	for name, text := range files {
		file, ok := strings.CutPrefix(name, "cache/download/")
		ours := strings.HasPrefix(file, "sumdb/") || strings.HasPrefix(file, ".go-safe.")
		if !ok || ours || strings.HasSuffix(name, ".tmp") {
			continue // the proxy has no files by which a private copy describes itself
		}
		want, err := os.ReadFile(filepath.Join(proxy, file))
		switch {
		case strings.HasSuffix(name, ".ziphash"):
			if _, ok := files[strings.TrimSuffix(name, "hash")]; !ok || len(text) != len("h1:")+44 {
				return fmt.Errorf("%s is %q, or alone", name, text)
			}
		case strings.HasSuffix(name, ".partial"):
		case err != nil:
			return err
		case string(want) != text:
			return fmt.Errorf("%s has %d bytes, not %d", name, len(text), len(want))
		}
	}
	return nil
}

// privateCopyUsed: the project was built from a private copy.
func privateCopyUsed(dir string, r *injected) error {
	for _, private := range privateCopies(dir) {
		if _, err := os.Stat(private + "/cache/download/example.com/a/@v/v1.1.0.zip"); err == nil {
			return nil
		}
	}
	return errors.New("no module was downloaded to a private cache")
}
