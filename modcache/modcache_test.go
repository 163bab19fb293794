package modcache

import (
	"os"
	"path/filepath"
	"testing"
)

// The rules of https://go.dev/doc/toolchain#select.
func TestToolchain(t *testing.T) {
	for _, tt := range []struct {
		mod, setting, want string
	}{
		{"go 1.21", "", ""},
		{"go 1.99", "", ""},
		{"go 1.99", "auto", "go1.99.0"},
		{"go 1.99rc1", "auto", "go1.99rc1"},
		{"go 1.99.2", "auto", "go1.99.2"},
		{"go 1.99", "path", ""},
		{"go 1.99", "local", ""},
		{"go 1.99", "local+auto", "go1.99.0"},
		{"go 1.99", "local+path", ""},
		{"go 1.21\ntoolchain go1.99.1", "auto", "go1.99.1"},
		{"go 1.99.3\ntoolchain go1.99.1", "auto", "go1.99.3"},
		{"go 1.21\ntoolchain go1.22.1", "auto", ""},
		{"go 1.21\ntoolchain default", "auto", ""},
		{"go 1.21", "go1.25.0", "go1.25.0"},
		{"go 1.21", "go1.26.3", ""},
		{"go 1.21", "go1.25.0+auto", "go1.25.0"},
		{"go 1.99.1", "go1.25.0+auto", "go1.99.1"},
		{"go 1.99.1", "go1.25.0+path", ""},
		{"not a go.mod", "auto", ""},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"go.mod": "module m\n" + tt.mod + "\n"})
		if got := Find(dir, "off").Toolchain("go1.26.3", tt.setting); got != tt.want {
			t.Errorf("%q with GOTOOLCHAIN=%s: %q, want %q", tt.mod, tt.setting, got, tt.want)
		}
	}
	if got := Find(t.TempDir(), "off").Toolchain("", "go1.25.0"); got != "" {
		t.Errorf("a go command of unknown version runs %q", got)
	}
}

func TestToolchainOfWorkspace(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.work": "go 1.30.1\nuse ./a\n", "a/go.mod": "module a\n"})
	if got := Find(filepath.Join(dir, "a"), "").Toolchain("go1.26.0", "auto"); got != "go1.30.1" {
		t.Errorf("the go line of go.work gives %q", got)
	}
	if got := Find(filepath.Join(dir, "a"), "off").Toolchain("go1.26.0", "auto"); got != "" {
		t.Errorf("go.work counts though it is off: %q", got)
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
