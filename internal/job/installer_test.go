package job

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/shim"
)

// Which commands start a program that Windows takes for an installer.
func TestInstaller(t *testing.T) {
	top := t.TempDir()
	for file, text := range map[string]string{
		"go.mod": "module example.com/setup/v2\n", "a.go": "package main", "cmd/tool/a.go": "package main",
		"lib/Updater/a.go": "package updater", "plain/x/a.go": "package x", "testdata/install/a.go": "package main",
		"plain/dispatch/a.go": "package dispatch",
	} {
		file = filepath.Join(top, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	workspace := filepath.Join(t.TempDir(), "go.work")
	text := "go 1.25\nuse (\n" + filepath.ToSlash(top) + "\n" + filepath.ToSlash(top) + "/lib\n)\n"
	err1 := os.WriteFile(workspace, []byte(text), 0o644)
	err2 := os.WriteFile(filepath.Join(top, "lib", "go.mod"), []byte("module example.com/lib\n"), 0o644)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for line, want := range map[string]string{
		"run .": "setup", "run ./cmd/tool": "", "run ./cmd/tool setup": "", "run a.go": "", "run setup.go x": "setup",
		"run example.com/x/installer@latest": "installer", "run example.com/update/v3": "update", "run -n .": "",
		"test": "setup", "test ./lib/...": "Updater", "test ./plain/x/...": "", "test ./plain/...": "dispatch",
		"test ./...": "setup", "test -c": "", "test ./cmd/tool -args install": "", "test -run Install ./cmd/tool": "",
		"test -o setup.exe ./cmd/tool": "setup.exe", "test all": "", "test example.com/...": "setup",
		"build": "", "install": "", "vet": "", "version": "", "generate": "",
		"-C lib test ./...": "Updater", "test " + filepath.ToSlash(top): "setup",
	} {
		t.Chdir(top)
		j := New(config.Config{}, shim.Go{}, []string{"GOENV=off", "GOWORK=" + workspace}, strings.Fields(line))
		if got := j.Installer(); got != want {
			t.Errorf("go %s: %q, want %q", line, got, want)
		}
	}
}
