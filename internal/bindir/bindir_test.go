package bindir

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// TestStage uses a stage as the go command does. The scripts bin_* do the same with a go command and real file
// systems.
func TestStage(t *testing.T) {
	target, tmp := t.TempDir(), t.TempDir()
	for _, name := range []string{"stays", "touched", "replaced", "remade"} {
		write(t, filepath.Join(target, name), program("old "+name))
	}
	write(t, filepath.Join(target, "script"), strings.Repeat("#!/bin/sh\n", headSize))
	s, err := New(target, tmp)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, s.Dir); !slices.Equal(got, []string{"remade", "replaced", "stays", "touched"}) {
		t.Errorf("the stage has %q", got)
	}
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	for _, name := range []string{"stays", "touched"} {
		if err := os.Chtimes(filepath.Join(target, name), past, past); err != nil {
			t.Fatal(err)
		}
	}

	built := filepath.Join(tmp, "a.out")
	write(t, built, program("new"))
	if err := os.Rename(built, filepath.Join(s.Dir, "replaced")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.Dir, "remade")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.Dir, "remade"), program("new"))
	write(t, filepath.Join(s.Dir, "added"), program("new"))
	write(t, filepath.Join(s.Dir, "script"), program("new"))
	if err := os.Chtimes(filepath.Join(s.Dir, "touched"), future, future); err != nil {
		t.Fatal(err)
	}

	got, err := s.Built()
	if want := []string{"added", "remade", "replaced", "script"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("built: %v, %q, want %q", err, got, want)
	}
	errs := s.Place(got)
	refusal := "install " + filepath.Join(target, "script") + ": already exists and is not an object file"
	if len(errs) != 1 || errs[0].Error() != refusal {
		t.Errorf("placing failed: %v", errs)
	}
	s.Remove()

	for name, want := range map[string]string{
		"stays": "old stays", "touched": "old touched", "replaced": "new", "remade": "new", "added": "new",
	} {
		data, err := os.ReadFile(filepath.Join(target, name))
		if err != nil || string(data) != program(want) {
			t.Errorf("%s is not %q: %v", name, want, err)
		}
	}
	stays, touched := modTime(t, filepath.Join(target, "stays")), modTime(t, filepath.Join(target, "touched"))
	if limit := past.Add(time.Minute); stays.After(limit) || touched.Before(limit) {
		t.Error("touched in the stage is not touched in the directory")
	}
	left := append(names(t, tmp), names(t, target)...)
	if !slices.Equal(left, []string{"added", "remade", "replaced", "script", "stays", "touched"}) {
		t.Errorf("left: %q", left)
	}
}

// New removes stages whose process has ended, and none that is in use.
func TestAbandoned(t *testing.T) {
	target, tmp := t.TempDir(), t.TempDir()
	write(t, filepath.Join(target, "hello"), program("old"))
	used, err := New(target, tmp)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(tmp, stagePrefix+"1")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(left, "hello"), program("head"))
	next, err := New(t.TempDir(), tmp)
	if err != nil {
		t.Fatal(err)
	}
	if fsinfo.Exists(left) || !fsinfo.Exists(filepath.Join(used.Dir, "hello")) || !fsinfo.Exists(next.Dir) {
		t.Errorf("left: %q", names(t, tmp))
	}
	used.Remove()
	next.Remove()
	if got := names(t, tmp); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

// To the go command the stub of a Windows binary is an object file with the same build ID. To virus scanners it is no
// program.
func TestStub(t *testing.T) {
	id := "link/main/text"
	head := "MZ\x90\x00\x03\x00" + strings.Repeat("\x00", 0x600) + string(textMark) + id + string(textEnd) + "code"
	name := filepath.Join(t.TempDir(), "hello.exe")
	write(t, name, string(stubOf([]byte(head))))
	if !isObject(func() (*os.File, error) { return os.Open(name) }) {
		t.Error("is not an object")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(string(data), "MZ") || !strings.HasSuffix(string(data), string(textMark)+id+string(textEnd)) {
		t.Errorf("the stub: %q", data)
	}
	out, err := exec.Command("go", "tool", "buildid", name).CombinedOutput()
	if err != nil || string(out) != id+"\n" {
		t.Errorf("go tool buildid: %v\n%s", err, out)
	}
	if other := program("other"); string(stubOf([]byte(other))) != other {
		t.Error("another binary's head is changed")
	}
}

// TestIsTemp gives names that Sweep removes, and names that it does not.
func TestIsTemp(t *testing.T) {
	for name, want := range map[string]bool{
		".go.go-safe-123": true, "..go-safe-1": false, ".x.go-safe-": false,
		".x.go-safe-1a": false, "x.go-safe-1": false,
		".x.go-safe-1.go-safe-2": true, ".go-safe-1": false, "": false,
	} {
		if got := isTemp(name); got != want {
			t.Errorf("isTemp(%q) = %v", name, got)
		}
	}
}

// program returns a file that the go command takes for a program.
func program(text string) string {
	return "\x7fELF" + string(textMark) + text + strings.Repeat("\x00", headSize)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func modTime(t *testing.T, path string) time.Time {
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fi.ModTime()
}
