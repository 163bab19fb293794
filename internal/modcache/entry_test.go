package modcache

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
)

// A name that belongs to a version is the version and a suffix, or a temporary file's; and what it is unescaped to is
// escaped to it.
func FuzzSplitName(f *testing.F) {
	for _, name := range []string{
		"v1.0.0.zip", "v1.0.0.ziphash", "v1.0.0.zip123.tmp", "v1.0.0-!beta.mod", "list", ".mod", "../x.zip",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		base, suffix, temp := SplitName(name)
		if base != "" && !temp && base+suffix != name || temp && base != "" && !strings.HasPrefix(name, base+suffix) {
			t.Errorf("%q is split into %q, %q, %t", name, base, suffix, temp)
		}
		e, ok := EntryOf("example.com/!a", base)
		if ok && (e.Base("") != base || e.Dir() != "example.com/!a@"+base || strings.ContainsAny(base, "/\\")) {
			t.Errorf("%q is %+v", name, e)
		}
	})
}

// Whatever a go.sum file names, its files are in a cache and nowhere else.
func FuzzEntry(f *testing.F) {
	f.Add("example.com/Upper", "v1.0.0")
	f.Add("../../etc", "v1.0.0")
	f.Add("a", "v2.0.0+incompatible")
	f.Add("a", "../b")
	f.Fuzz(func(t *testing.T, path, version string) {
		e, ok := NewEntry(module.Version{Path: path, Version: version})
		if !ok {
			return
		}
		for _, name := range []string{e.Dir(), e.Folder(), e.File(".zip")} {
			if !filepath.IsLocal(name) {
				t.Errorf("%q, %q: %s", path, version, name)
			}
		}
		if back, ok := EntryOf(e.path, e.version); !ok || back != e {
			t.Errorf("%+v becomes %+v", e, back)
		}
	})
}

func TestEntry(t *testing.T) {
	e, ok := NewEntry(module.Version{Path: "example.com/Upper/a", Version: "v1.0.0"})
	const zip = "cache/download/example.com/!upper/a/@v/v1.0.0.zip"
	if !ok || e.Dir() != "example.com/!upper/a@v1.0.0" || e.File(".zip") != zip {
		t.Errorf("%+v", e)
	}
	for _, version := range []string{"", "v1", "latest", "v1.0.0/go.mod"} {
		if _, ok := NewEntry(module.Version{Path: "example.com/a", Version: version}); ok {
			t.Errorf("%q is a full version", version)
		}
	}
}
