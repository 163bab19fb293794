package modcache

import (
	"os"
	"path/filepath"
	"testing"
)

func TestProgram(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/prog/v2 // comment\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for pkg, want := range map[string]string{
		dir: "prog", filepath.Join(dir, "sub"): "sub",
		"example.com/prog": "prog", "example.com/prog/v2": "prog", "example.com/prog/v1": "v1", "gopkg.in/yaml.v3": "yaml.v3", "prog": "prog",
	} {
		if got := Program(pkg); got != want {
			t.Errorf("Program(%q) = %q, want %q", pkg, got, want)
		}
	}
}
