package modcache

import (
	"path/filepath"
	"testing"
)

// Files count as for go mod tidy: on all systems, with all tags but ignore.
func TestBuildable(t *testing.T) {
	for src, want := range map[string]bool{
		"package x\n": true,
		"//go:build windows && cgo\n\npackage x\n":        true,
		"//go:build !linux\n\npackage x\n":                true,
		"//go:build !ignore\n\npackage x\n":               true,
		"// Text.\n\n//go:build ignore\n\npackage main\n": false,
		"//go:build ignore || tools\n\npackage x\n":       true,
		"//go:build linux && ignore\n\npackage x\n":       false,
		"//go:build (\n\npackage x\n":                     true, // the go command will say
		"package x\n\n//go:build ignore\n":                true,
		"":                                                true,
	} {
		if got := buildable([]byte(src)); got != want {
			t.Errorf("%q: %t", src, got)
		}
	}
}

// The tests of all packages that the project leads to are followed, and those of what tests alone import are not.
func TestTests(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"m/go.mod":                             "module m\n\ngo 1.21\n",
		"m/go.sum":                             "example.com/a v1.0.0 h1:x=\nexample.com/b v1.0.0 h1:x=\nexample.com/c v1.0.0 h1:x=\n",
		"m/m.go":                               "package m\n\nimport _ \"example.com/a\"\n",
		"cache/example.com/a@v1.0.0/a.go":      "package a\n\nimport _ \"example.com/b\"\n",
		"cache/example.com/b@v1.0.0/b_test.go": "package b\n\nimport _ \"example.com/c\"\n",
		"cache/example.com/c@v1.0.0/c_test.go": "package c\n\nimport _ \"example.com/none\"\n",
		"cache/example.com/c@v1.0.0/_c.go":     "package c\n\nimport _ \"example.com/none\"\n",
	})
	for _, name := range []string{"a", "b", "c"} {
		base := "cache/cache/download/example.com/" + name + "/@v/v1.0.0"
		write(t, dir, map[string]string{base + ".info": "x", base + ".ziphash": testSum})
	}
	held := func() bool {
		return Find(filepath.Join(dir, "m"), "off").Need(Asked{Tests: true}).HeldBy(filepath.Join(dir, "cache"))
	}
	if !held() {
		t.Error("what nobody reads is missed")
	}
	write(t, dir, map[string]string{"cache/example.com/c@v1.0.0/c.go": "package c\n\nimport _ \"example.com/none\"\n"})
	if held() {
		t.Error("what a test leads to is not missed")
	}
}

func TestGeneratesVersion(t *testing.T) {
	for src, want := range map[string]bool{
		"//go:generate go run example.com/tool@v1.0.0 x\n":            true,
		"package x\n\n//go:generate -command t go run a.b/t@latest\n": true,
		"package x\n\n//go:generate go run ./tool\n":                  false,
		"package x\n\n// @go:generate\n// go run a.b/t@latest\n":      false,
	} {
		if got := generatesVersion([]byte(src)); got != want {
			t.Errorf("%q: %t", src, got)
		}
	}
}
