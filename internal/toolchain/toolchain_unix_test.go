//go:build unix

package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Programs become executable, copies of go.mod are made, and all else stays.
func TestReady(t *testing.T) {
	cache := t.TempDir()
	dir := filepath.Join(cache, "golang.org", "toolchain@v1")
	modes := map[string]fs.FileMode{
		"bin/go": 0o555, "bin/gofmt": 0o555, "pkg/tool/linux/vet": 0o555, "lib/wasm/go_js_wasm_exec": 0o555,
		"src/x.go": 0o444,
		"_go.mod":  0o444, "src/_go.mod": 0o444,
	}
	for name := range modes {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(name), 0o444)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir+"/src", 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir+"/src", 0o755) })
	modes["go.mod"], modes["src/go.mod"] = 0o444, 0o444
	for range 2 {
		if err := Prepare(cache, "v1"); err != nil {
			t.Fatal(err)
		}
		for name, want := range modes {
			if fi, err := os.Stat(filepath.Join(dir, name)); err != nil || fi.Mode() != want {
				t.Errorf("%s: %v", name, errors.Join(err, errors.New(fi.Mode().String())))
			}
		}
	}
	if text, err := os.ReadFile(dir + "/src/go.mod"); err != nil || string(text) != "src/_go.mod" {
		t.Errorf("%q, %v", text, err)
	}
	if fi, err := os.Stat(dir + "/src"); err != nil || fi.Mode().Perm() != 0o555 {
		t.Errorf("%v, %v", fi.Mode(), err)
	}
	if err := Prepare(cache, "v2"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A toolchain of another user is left alone, also by root.
func TestReadyForeign(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	cache := t.TempDir()
	program := filepath.Join(cache, "golang.org/toolchain@v1/bin/go")
	if err := errors.Join(os.MkdirAll(filepath.Dir(program), 0o755), os.WriteFile(program, nil, 0o444),
		os.Chown(filepath.Join(cache, "golang.org/toolchain@v1"), 4335, 4335)); err != nil {
		t.Fatal(err)
	}
	if err := Prepare(cache, "v1"); err != nil {
		t.Error(err)
	}
	if fi, err := os.Stat(program); err != nil || fi.Mode() != 0o444 {
		t.Errorf("%v, %v", fi.Mode(), err)
	}
}
