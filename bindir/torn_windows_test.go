package bindir

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// What the go command had copied a part of when it was killed is not placed. A binary without symbols is told by its sections.
func TestTorn(t *testing.T) {
	s, err := New(t.TempDir(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Remove()
	stripped := filepath.Join(s.Dir, "stripped.exe")
	write(t, filepath.Join(s.Dir, "hello.h"), "#define HELLO\n")
	write(t, filepath.Join(s.Dir, "empty.exe"), "")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := copyFile(filepath.Join(s.Dir, "whole.exe"), self, os.O_EXCL, 0o777); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "hello.go")
	write(t, program, "package main\n\nfunc main() {}\n")
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", stripped, program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"whole.exe", "stripped.exe"} {
		data, err := os.ReadFile(filepath.Join(s.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for part, size := range map[string]int{"first": 32 << 10, "half": len(data) / 2, "most": len(data) - 32<<10} {
			write(t, filepath.Join(s.Dir, part+"-"+name), string(data[:size]))
		}
	}
	if got := s.Built(); !slices.Equal(got, []string{"hello.h", "stripped.exe", "whole.exe"}) {
		t.Errorf("built: %q", got)
	}
}
