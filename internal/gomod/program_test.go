package gomod

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-safe/go-safe/internal/modcache/cachetest"
)

func TestPrograms(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{
		"go.mod": "module m\n", "cmd/a/a.go": "", "cmd/a/b.go": "", "cmd/b/b_test.go": "", "cmd/c/c.txt": "",
		"cmd/testdata/d/d.go": "", "cmd/nested/go.mod": "module n\n", "cmd/nested/n.go": "",
		"cmd/e/v2/e.go": "", "x/x.go": "",
	})
	if got := slices.Collect(Programs(filepath.Join(dir, "cmd"))); !slices.Equal(got, []string{"a", "b", "e"}) {
		t.Error(got)
	}
}

func TestProgram(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	cachetest.Write(t, dir, map[string]string{"go.mod": "module example.com/prog/v2 // comment\n"})
	for pkg, want := range map[string]string{
		dir: "prog", filepath.Join(dir, "sub"): "sub",
		"example.com/prog": "prog", "example.com/prog/v2": "prog", "example.com/prog/v1": "v1",
		"gopkg.in/yaml.v3": "yaml.v3", "prog": "prog",
	} {
		if got := Program(pkg); got != want {
			t.Errorf("Program(%q) = %q, want %q", pkg, got, want)
		}
	}
}
