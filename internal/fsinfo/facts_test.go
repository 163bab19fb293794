//go:build unix

package fsinfo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFacts looks at a directory, a file with two names, and links.
func TestFacts(t *testing.T) {
	top := t.TempDir()
	path := func(name string) string { return filepath.Join(top, name) }
	err := errors.Join(
		os.Mkdir(path("dir"), 0o755), os.Symlink("dir", path("todir")), os.Symlink("nowhere", path("tonowhere")),
		os.WriteFile(path("file"), nil, 0o644), os.Link(path("file"), path("same")))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][3]bool{ // Exists, IsDir, SameFile as file
		"dir": {true, true, false}, "file": {true, false, true}, "same": {true, false, true},
		"todir": {true, true, false}, "tonowhere": {true, false, false}, "missing": {false, false, false},
	} {
		p := path(name)
		if got := [3]bool{Exists(p), IsDir(p), SameFile(p, path("file"))}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	fi, err := os.Stat(path("file"))
	if err != nil {
		t.Fatal(err)
	}
	if Owner(fi) != os.Geteuid() || Device(fi) == 0 || Group(fi) < 0 {
		t.Errorf("owner %d, group %d, device %d", Owner(fi), Group(fi), Device(fi))
	}
	if a, b := MountID(path("dir")), MountID(path("file")); a != b {
		t.Errorf("mounts %d and %d in one directory", a, b)
	}
}

// Try leaves nothing, and says what the system says.
func TestTry(t *testing.T) {
	dir := t.TempDir()
	if err := Try(dir, 100); err != nil {
		t.Error(err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		t.Errorf("left %v, %v", list, err)
	}
	if err := Try(filepath.Join(dir, "missing"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// What Allowed says, the kernel does.
func TestAllowed(t *testing.T) {
	dir := t.TempDir()
	defer os.Chmod(dir, 0o755) // so that it can be removed
	for _, mode := range []fs.FileMode{0o755, 0o555} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		err := os.WriteFile(filepath.Join(dir, mode.String()), nil, 0o644)
		if got := Allowed(dir, unix.W_OK|unix.X_OK); got != (err == nil) {
			t.Errorf("mode %v: allowed %t, but %v", mode, got, err)
		}
	}
	if Allowed(filepath.Join(dir, "missing"), unix.R_OK) {
		t.Error("a missing file may be read")
	}
}

// OpenSub opens directories and no links; Names lists what is in one.
func TestOpenSub(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(
		os.MkdirAll(filepath.Join(dir, "sub", "a"), 0o755),
		os.WriteFile(filepath.Join(dir, "sub", "b"), nil, 0o644),
		os.Symlink("sub", filepath.Join(dir, "link")))
	if err != nil {
		t.Fatal(err)
	}
	d, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, name := range []string{"link", "sub/b", "missing"} {
		if fd, err := OpenSub(d.FD(), name); err == nil {
			unix.Close(fd)
			t.Errorf("%s was opened", name)
		}
	}
	fd, err := OpenSub(d.FD(), "sub")
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	names, err := Names(fd)
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("%q, %v", names, err)
	}
}

// A WayError is one line that ends with what to run, if there is something to run.
func TestWayError(t *testing.T) {
	e := &WayError{Dir: "/a/b", Element: "/a", Why: "is open", Run: writer{kind: everyone}.stop("/a b")}
	if got, want := e.Error(), "/a/b is left alone: /a is open; run: chmod +t '/a b'"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for w, want := range map[writer]string{{aUser, 7}: "setfacl -x u:7 /a", {aGroup, 7}: "chmod g-w /a"} {
		if got := w.stop("/a"); got != want || !strings.HasSuffix(w.String(), " 7") {
			t.Errorf("%v: %q, want %q", w, got, want)
		}
	}
}

// Root makes files only where nobody else can rename them.
func TestKeeps(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the rule is about root")
	}
	base := t.TempDir()
	build(t, base, []node{
		dir("closed", 0, 0o755), dir("sticky", 0, 0o1777), dir("open", 0, 0o777),
		dir("anns", ann, 0o755), dir("anns/d", 0, 0o755),
	})
	for name, want := range map[string]bool{
		"closed": true, "sticky": true, "open": false, "anns": false, "anns/d": false,
	} {
		err := CheckKept(filepath.Join(base, name))
		if way := new(*WayError); (err == nil) != want || err != nil && !errors.As(err, way) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := CheckKept(filepath.Join(base, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// A StatCache asks once. No path is no directory.
func TestStatCache(t *testing.T) {
	dir := t.TempDir()
	s := NewStatCache()
	if _, err := s.Stat(dir + "/."); err != nil || !s.Readable(dir) || !s.Writable(dir) {
		t.Errorf("%s: %v, readable %t, writable %t", dir, err, s.Readable(dir), s.Writable(dir))
	}
	if _, err := s.Stat(""); !errors.Is(err, fs.ErrNotExist) || s.Readable("") || s.Writable("") {
		t.Errorf("no path: %v, readable %t, writable %t", err, s.Readable(""), s.Writable(""))
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stat(dir); err != nil {
		t.Errorf("asked again: %v", err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil { // for TempDir
		t.Fatal(err)
	}
}
