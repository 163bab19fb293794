//go:build unix

package shim

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// put makes an executable file with a text, and the folders above it, and returns its folder.
func put(t *testing.T, path, text string) (dir string) {
	t.Helper()
	dir = filepath.Dir(path)
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// putGo makes something that looks like a Go tree. Its go command is as large as a real one, and empty.
func putGo(t *testing.T, root string) (bin string) {
	t.Helper()
	bin = put(t, filepath.Join(root, "bin", "go"), "")
	err := errors.Join(os.Truncate(filepath.Join(bin, "go"), maxGoSafeSize+1),
		os.MkdirAll(filepath.Join(root, "pkg", "tool"), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func link(t *testing.T, old, path string) (dir string) {
	t.Helper()
	dir = filepath.Dir(path)
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.Symlink(old, path)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Why a file called go is not the real one, and to which tree the real one belongs.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tree := filepath.Join(dir, "tree")
	putGo(t, tree)
	plain := put(t, filepath.Join(dir, "plain", "go"), "no program")
	if err := os.Chmod(filepath.Join(plain, "go"), 0o644); err != nil {
		t.Fatal(err)
	}
	// Not as one constant: this program would be a go-safe, too.
	other := put(t, filepath.Join(dir, "other", "go"), strings.Join([]string{"#!/bin/sh\n", infoStart, mainPackage}, ""))
	script := put(t, filepath.Join(dir, "script", "go"), "#!/bin/sh\n")
	large := put(t, filepath.Join(dir, "large", "go"), "")
	if err := os.Truncate(filepath.Join(large, "go"), maxGoSafeSize+1); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "go"), 0o755); err != nil {
		t.Fatal(err)
	}
	via := ParseVia(Via{}.Then(filepath.Join(script, "go")))
	for _, tt := range []struct {
		name   string
		dir    string
		via    Via
		goroot string
		why    string
	}{
		{name: "missing", dir: filepath.Join(dir, "none"), why: "no such file or directory"},
		{name: "below a file", dir: filepath.Join(plain, "go"), why: "not a directory"},
		{name: "directory", dir: dir, why: "a directory"},
		{name: "not executable", dir: plain, why: "not executable"},
		{name: "device", dir: link(t, os.DevNull, filepath.Join(dir, "null", "go")), why: "not executable"},
		{name: "this program", dir: link(t, exe, filepath.Join(dir, "self", "go")), why: selfReason},
		{name: "another go-safe", dir: other, why: selfReason},
		{name: "link to another go-safe", dir: link(t, "../other/go", filepath.Join(dir, "l", "go")), why: selfReason},
		{name: "script", dir: script},
		{name: "script that started us", dir: script, via: via, why: "starts go-safe again"},
		{name: "in a tree", dir: filepath.Join(tree, "bin"), goroot: tree},
		{name: "of another system", dir: link(t, "../go", filepath.Join(tree, "bin", "linux_arm64", "go")), goroot: tree},
		{name: "link into a tree", dir: link(t, "../tree/bin/go", filepath.Join(dir, "linked", "go")), goroot: tree},
		{name: "in no tree", dir: large},
	} {
		path := filepath.Join(tt.dir, "go")
		g, why := Search{Via: tt.via}.Check(path)
		want := Go{path, tt.goroot}
		if tt.why != "" {
			want = Go{}
		}
		if why != tt.why || g.Path != want.Path || !sameDir(t, g.GOROOT, want.GOROOT) {
			t.Errorf("%s: %+v, %q, want %+v, %q", tt.name, g, why, want, tt.why)
		}
	}
}

func sameDir(t *testing.T, a, b string) bool {
	t.Helper()
	if a == "" || b == "" {
		return a == b
	}
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// The first go on the PATH counts that is not go-safe, then that in GOROOT. Relative folders do not count.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self := link(t, exe, filepath.Join(dir, "self", "go"))
	first, second := putGo(t, filepath.Join(dir, "first")), putGo(t, filepath.Join(dir, "second"))
	t.Chdir(first)
	for _, tt := range []struct {
		path []string
		root string
		want string
	}{
		{path: []string{self, first, second}, want: first},
		{path: []string{dir, second, self, first}, want: second},
		{path: []string{"", ".", "../first/bin", second}, want: second},
		{path: []string{self, self}, root: filepath.Dir(first), want: first},
		{path: []string{second}, root: filepath.Dir(first), want: second},
	} {
		s := Search{Path: strings.Join(tt.path, separator), Root: tt.root}
		if g, err := s.Find(); err != nil || g != (Go{filepath.Join(tt.want, "go"), filepath.Dir(tt.want)}) {
			t.Errorf("%q: %+v, %v, want %s", s, g, err, tt.want)
		}
	}
	all := Search{Path: strings.Join([]string{self, "", dir, first}, separator)}.All()
	want := []Found{
		{Go{Path: filepath.Join(self, "go")}, true}, {Go{filepath.Join(first, "go"), filepath.Dir(first)}, false},
	}
	if !slices.Equal(all, want) {
		t.Errorf("all: %+v, want %+v", all, want)
	}
}

// Each folder is searched once, and the usual ones last.
func TestDirs(t *testing.T) {
	got := Search{Path: "/a:/b::c:/a:/usr/bin", Root: "/r"}.dirs()
	want := []string{"/a", "/b", "/usr/bin", "/r/bin"}
	if !slices.Equal(got[:4], want) || len(got) != len(want)+len(usualDirs)-1 {
		t.Errorf("%q, want %q and the usual ones", got, want)
	}
}

func TestNotFound(t *testing.T) {
	for want, err := range map[string]*NotFoundError{
		"no go command found": {},
		"no go command found; looked at /a/go (a directory), /b/go (not executable)": {
			[]string{"/a/go (a directory)", "/b/go (not executable)"},
		},
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}
