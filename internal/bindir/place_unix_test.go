//go:build unix

package bindir

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// The go command copies if the target is setgid, or if the work folder counts as part of the cache.
func TestCopies(t *testing.T) {
	target, tmp := t.TempDir(), t.TempDir()
	if Copies(target, tmp, "") || Copies(target, tmp, target) {
		t.Error("the go command would rename")
	}
	if !Copies(target, tmp, tmp) {
		t.Error("the work folder is in the cache")
	}
	if Copies(filepath.Join(target, "missing"), tmp, tmp) || Copies(target, filepath.Join(tmp, "missing"), tmp) {
		t.Error("a directory is missing")
	}
	if err := os.Chmod(target, 0o755|fs.ModeSetgid); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(target); err != nil || fi.Mode()&fs.ModeSetgid == 0 {
		t.Skip("no setgid directories for this user")
	}
	if !Copies(target, tmp, "") {
		t.Error("the target is setgid")
	}
}

// placeOne places a program as name in a target directory that was prepared.
func placeOne(t *testing.T, target, name string) []error {
	t.Helper()
	s, err := New(target, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Remove()
	os.Remove(filepath.Join(s.Dir, name))
	write(t, filepath.Join(s.Dir, name), program("new"))
	return s.Place([]string{name})
}

// A link in the target directory stays, and the file to which it leads is written to, unless the go command would
// refuse that. A pipe that nobody reads is an error.
func TestPlaceThroughLink(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(to string) error
		fail string // end of the error
	}{
		{"program", func(to string) error { return os.WriteFile(to, []byte(program("old")), 0o755) }, ""},
		{"missing", func(string) error { return nil }, ""},
		{"empty", func(to string) error { return os.WriteFile(to, nil, 0o644) }, ""},
		{"text", func(to string) error { return os.WriteFile(to, []byte("text"), 0o644) }, errNoObject.Error()},
		{"directory", func(to string) error { return os.Mkdir(to, 0o755) }, errDirectory.Error()},
		{"pipe", func(to string) error { return syscall.Mkfifo(to, 0o644) }, syscall.ENXIO.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, to := t.TempDir(), filepath.Join(t.TempDir(), "to")
			if err := c.make(to); err != nil {
				t.Fatal(err)
			}
			link := filepath.Join(target, "hello")
			if err := os.Symlink(to, link); err != nil {
				t.Fatal(err)
			}
			errs := placeOne(t, target, "hello")
			if got, err := os.Readlink(link); err != nil || got != to {
				t.Errorf("the link leads to %s, %v", got, err)
			}
			if c.fail != "" {
				if len(errs) != 1 || !strings.HasSuffix(errs[0].Error(), ": "+c.fail) {
					t.Errorf("errors %v, want %s", errs, c.fail)
				}
				return
			}
			if data, err := os.ReadFile(to); len(errs) > 0 || err != nil || string(data) != program("new") {
				t.Errorf("errors %v; is not written to, %v", errs, err)
			}
		})
	}
}

// Sweep removes temporary files of killed processes, and nothing else.
func TestSweep(t *testing.T) {
	target := t.TempDir()
	for _, name := range []string{".hello.go-safe-123", ".hello.go-safe-x", "hello"} {
		write(t, filepath.Join(target, name), program("old"))
	}
	if err := os.Mkdir(filepath.Join(target, ".dir.go-safe-1"), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := New(target, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Remove()
	s.Sweep()
	if got := names(t, target); !slices.Equal(got, []string{".dir.go-safe-1", ".hello.go-safe-x", "hello"}) {
		t.Errorf("left: %q", got)
	}
}
