package modverify

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"golang.org/x/mod/module"
)

// A world is a module cache that the real go filled, and the proxy that it came from.
type world struct {
	t     *testing.T
	proxy string
	cache string
	dir   string
	apart string // where it is repaired, "" for in the cache
}

var testMod = module.Version{Path: "example.com/Upper/a", Version: "v1.0.0"}

// newWorld makes a cache with two modules, whole.
func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, dir: filepath.Join(dir, "main")}
	w.proxy, w.cache = filepath.Join(dir, "proxy"), filepath.Join(dir, "mod")
	publish(t, w.proxy, testMod, "package a")
	publish(t, w.proxy, module.Version{Path: "example.com/b", Version: "v1.2.0"}, "package b")
	cachetest.Write(t, w.dir, map[string]string{"go.mod": "module main\n"})
	t.Cleanup(func() { makeWritable(w.cache) })
	out, err := w.run(w.cache, w.dir, "mod", "download", "-json", testMod.String(), "example.com/b@v1.2.0")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return w
}

// makeWritable lets t.TempDir remove a cache.
func makeWritable(dir string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
}

// publish puts a module on a proxy.
func publish(t testing.TB, proxy string, mod module.Version, source string) {
	t.Helper()
	cachetest.Publish(t, proxy, mod, map[string]string{
		"go.mod": "module " + mod.Path + "\n", "x.go": source + "\n", "sub/y.go": "package sub\n",
	})
}

// run is a Go.
func (w *world) run(cache, dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY="+cachetest.URL(w.proxy), "GOSUMDB=off", "GOFLAGS= ", "GOWORK=off",
		"GOTOOLCHAIN=local", "GOENV=off", "GOMODCACHE="+cache, "GONOPROXY=none", "GOPRIVATE=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && stderr.Len() > 0 {
		err = errors.New(stderr.String())
	}
	return out, err
}

// verify is what Verify finds: kinds and paths below the cache.
func (w *world) verify(sums gomod.Sums) ([]Result, []string) {
	w.t.Helper()
	c := w.open()
	defer c.Close()
	entries, err := c.Entries()
	if err != nil {
		w.t.Fatal(err)
	}
	results := c.Verify(entries, sums, func(int64, int64) {})
	return results, w.words(results)
}

func (w *world) open() *Cache {
	w.t.Helper()
	c, err := Open(w.cache)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) words(results []Result) []string {
	var words []string
	for _, r := range results {
		if r.Err != nil {
			words = append(words, r.Err.Error())
		}
		for _, f := range r.Findings {
			rel, _ := filepath.Rel(w.cache, f.Path)
			words = append(words, string(f.Kind)+" "+filepath.ToSlash(rel))
		}
	}
	slices.Sort(words)
	return words
}

// repair is what Repair leaves.
func (w *world) repair(results []Result, sums gomod.Sums) []string {
	w.t.Helper()
	c := w.open()
	defer c.Close()
	c.Apart = w.apart
	after, err := c.Repair(results, sums, w.run)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.words(after)
}

// files is what is in the cache: of each file its size and when it was changed.
func (w *world) files() map[string]string {
	m := make(map[string]string)
	filepath.WalkDir(w.cache, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			fi, _ := d.Info()
			rel, _ := filepath.Rel(w.cache, path)
			m[filepath.ToSlash(rel)] = fi.ModTime().String()
		}
		return nil
	})
	return m
}

func (w *world) put(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.cache, filepath.FromSlash(name))
	makeWritable(filepath.Dir(path))
	os.Remove(path)
	cachetest.Write(w.t, w.cache, map[string]string{name: text})
}

func (w *world) remove(name string) {
	w.t.Helper()
	path := filepath.Join(w.cache, filepath.FromSlash(name))
	makeWritable(filepath.Dir(path))
	if err := os.RemoveAll(path); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) link(name string) {
	w.remove(name)
	os.Symlink("go.mod", filepath.Join(w.cache, name))
}

func (w *world) age(name string) {
	old := time.Now().Add(-2 * time.Hour)
	os.Chtimes(filepath.Join(w.cache, name), old, old)
}

// swap replaces a zip file by a whole one with other files in it.
func (w *world) swap(name string) {
	proxy := w.t.TempDir()
	publish(w.t, proxy, testMod, "package evil")
	w.put(name, string(must(os.ReadFile(filepath.Join(proxy, "example.com/!upper/a/@v/v1.0.0.zip")))))
}

// foreign replaces the whole entry by another one, as somebody who writes to the cache could.
func (w *world) foreign() {
	w.swap(at + ".zip")
	w.remove(at + ".ziphash")
	w.remove(dir)
	if _, err := w.run(w.cache, w.dir, "mod", "download", testMod.String()); err != nil {
		w.t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// changed are the names that are new, gone or changed.
func changed(before, after map[string]string) []string {
	var names []string
	for name := range maps.Keys(after) {
		if before[name] != after[name] {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// named reports whether the file is one of those that were found, or below.
func named(name, found string) bool {
	for word := range strings.FieldsSeq(strings.ReplaceAll(found, ",", "")) {
		if name == word || strings.HasPrefix(name, word+"/") {
			return true
		}
	}
	return false
}

// needLink makes a symbolic link. It skips the test where there are none: a Windows without developer mode, or Wine,
// which shows what a link leads to.
func needLink(t testing.TB, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Skip(err)
	}
	if fi, err := os.Lstat(name); err != nil || fi.Mode()&fs.ModeSymlink == 0 {
		t.Skipf("%s is not shown as a link: %v", name, err)
	}
}
