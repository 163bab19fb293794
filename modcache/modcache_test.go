package modcache

import (
	"os"
	"path/filepath"
	"testing"
)

func TestHeldBy(t *testing.T) {
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	write(t, dir, map[string]string{
		"m/go.mod":   "module m\n",
		"m/go.sum":   "example.com/Upper v1.0.0 h1:x=\nexample.com/Upper v1.0.0/go.mod h1:y=\nexample.com/b v2.0.0+incompatible/go.mod h1:z=\n",
		"m/sub/x.go": "package x\n",
	})
	p := Find(filepath.Join(dir, "m", "sub"), "off")
	steps := []string{
		"cache/example.com/!upper@v1.0.0/x.go",
		"cache/cache/download/example.com/!upper/@v/v1.0.0.mod",
		"cache/cache/download/example.com/b/@v/v2.0.0+incompatible.mod",
	}
	for _, file := range steps {
		if p.HeldBy(cache) {
			t.Fatalf("complete without %s", file)
		}
		write(t, dir, map[string]string{file: "x"})
	}
	if !p.HeldBy(cache) {
		t.Fatal("not complete with everything that go.sum names")
	}
	if p := Find(dir, "off"); !p.HeldBy("/nonexistent") {
		t.Error("without a module something is missing")
	}
	write(t, dir, map[string]string{"m/go.sum": "example.com/c v1.0.0 h1:x=\n", "m/vendor/modules.txt": ""})
	if p := Find(filepath.Join(dir, "m"), "off"); !p.HeldBy("/nonexistent") {
		t.Error("a vendored module needs the cache")
	}
}

func TestWorkspace(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"go.work":     "go 1.30\nuse ./a\n",
		"go.work.sum": "",
		"a/go.mod":    "module a\n",
		"a/go.sum":    "example.com/c v1.0.0 h1:x=\n",
	})
	p := Find(filepath.Join(dir, "a"), "")
	if p.HeldBy(filepath.Join(dir, "cache")) {
		t.Error("the go.sum of a used module does not count")
	}
	if !p.Switches("go1.26.0", "auto") {
		t.Error("the go line of go.work does not count")
	}
	if Find(filepath.Join(dir, "a"), "off").Switches("go1.26.0", "auto") {
		t.Error("go.work counts though it is off")
	}
}

// The rules of https://go.dev/doc/toolchain#select.
func TestSwitches(t *testing.T) {
	for _, tt := range []struct {
		mod, setting string
		want         bool
	}{
		{"go 1.21", "", false},
		{"go 1.99", "", true},
		{"go 1.99", "auto", true},
		{"go 1.99", "path", false},
		{"go 1.99", "local", false},
		{"go 1.99", "local+auto", true},
		{"go 1.21\ntoolchain go1.99.1", "auto", true},
		{"go 1.21\ntoolchain default", "auto", false},
		{"go 1.21", "go1.25.0", true},
		{"go 1.21", "go1.26.3", false},
		{"go 1.21", "go1.25.0+auto", true},
		{"not a go.mod", "auto", false},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"go.mod": "module m\n" + tt.mod + "\n"})
		if got := Find(dir, "off").Switches("go1.26.3", tt.setting); got != tt.want {
			t.Errorf("%q with GOTOOLCHAIN=%s: %v, want %v", tt.mod, tt.setting, got, tt.want)
		}
	}
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
