package modcache_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"golang.org/x/mod/module"
)

const base = "cache/download/example.com/a/@v/v1.0.0"

// Torn files count as missing, and what is extracted in part as not extracted.
func TestCache(t *testing.T) {
	e, _ := modcache.NewEntry(module.Version{Path: "example.com/a", Version: "v1.0.0"})
	whole := map[string]string{
		base + ".mod": "module a", base + ".info": "{}", base + ".zip": "PK", base + ".ziphash": cachetest.Hash,
		"example.com/a@v1.0.0/a.go": "package a",
	}
	for _, tt := range []struct {
		name   string
		change map[string]string
		want   []bool // mod, info, hash, zip, extracted
	}{
		{"whole", nil, []bool{true, true, true, true, true}},
		{"empty go.mod", map[string]string{base + ".mod": ""}, []bool{false, true, true, true, true}},
		{"empty .info", map[string]string{base + ".info": ""}, []bool{true, false, true, true, true}},
		{"torn hash", map[string]string{base + ".ziphash": "h1:"}, []bool{true, true, false, false, true}},
		{"empty zip", map[string]string{base + ".zip": ""}, []bool{true, true, true, false, true}},
		{"half extracted", map[string]string{base + ".partial": ""}, []bool{true, true, true, true, false}},
	} {
		dir := t.TempDir()
		cachetest.Write(t, dir, whole)
		cachetest.Write(t, dir, tt.change)
		c := modcache.Open(dir, false)
		got := []bool{c.HasMod(&e), c.HasInfo(&e), c.HasHash(&e), c.HasZip(&e), c.Extracted(&e)}
		c.Close()
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A cache that is not there is empty.
func TestNoCache(t *testing.T) {
	c := modcache.Open(filepath.Join(t.TempDir(), "none"), false)
	defer c.Close()
	if info := c.Look("cache"); info != (modcache.Info{}) {
		t.Errorf("%+v", info)
	}
	for path := range c.Folders() {
		t.Error(path)
	}
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{
		base + ".mod": "", "cache/download/example.com/a/v2/@v/list": "",
		"cache/download/sumdb/x/@v/x": "", "cache/lock": "",
	})
	c := modcache.Open(dir, false)
	defer c.Close()
	got := make(map[string]string)
	for path, files := range c.Folders() {
		for _, f := range files {
			got[path] += f.Name()
		}
	}
	if want := map[string]string{"example.com/a": "v1.0.0.mod", "example.com/a/v2": "list"}; !maps.Equal(got, want) {
		t.Error(got)
	}
}

// A lock keeps others out, does not wait, and makes its file only to be exclusive.
func TestLock(t *testing.T) {
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	release, err := modcache.Lock(dir, "v1.0.0.lock", false)
	if _, statErr := dir.Lstat("v1.0.0.lock"); err != nil || statErr == nil {
		t.Fatal(err, statErr)
	}
	release()
	release, err = modcache.Lock(dir, "v1.0.0.lock", true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := modcache.Lock(dir, "v1.0.0.lock", false); err != modcache.ErrLocked {
		t.Error(err)
	}
	release()
	first, err := modcache.Lock(dir, "v1.0.0.lock", false)
	if err != nil {
		t.Fatal(err)
	}
	second, err := modcache.Lock(dir, "v1.0.0.lock", false)
	if err != nil {
		t.Fatal(err)
	}
	first()
	second()
}
