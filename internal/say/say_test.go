package say

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/shell"
)

// TestMain lets the test binary stand for go-safe: with SAY_TEST it says a line on standard error.
func TestMain(m *testing.M) {
	if line := os.Getenv("SAY_TEST"); line != "" {
		Printer{W: os.Stderr}.Line("%s", line)
		os.Exit(3)
	}
	os.Exit(m.Run())
}

// Each message is one line, whatever is in it, and begins in the same way.
func TestLine(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	p := Printer{W: &b, Environ: []string{"PATH=/nowhere"}}
	p.Warn("%s is %d\n%%", "/a\x1b[2J", 1)
	p.Hint("100% of the build cache is used")
	p.Line("no cache; run: %s clean -cache", shell.Self)
	if status := p.Failure(ExitCannotRun, errors.New("no\nway")); status != ExitCannotRun {
		t.Errorf("status %d", status)
	}
	want := `go-safe: warning: /a\x1b[2J is 1\n%` + "\n" +
		"go-safe: hint: 100% of the build cache is used\n" +
		"go-safe: no cache; run: " + shell.Quote(exe) + " clean -cache\n" +
		`go-safe: no\nway` + "\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// Nobody reads standard error any more. That does not end go-safe, because the go command may go on.
func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), "SAY_TEST=a line"), w
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 3 {
		t.Error(err)
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SAY_TEST=a line", "GOCOVERDIR="+t.TempDir())
	var b strings.Builder
	cmd.Stderr = &b
	cmd.Run()
	if b.String() != "go-safe: a line\n" {
		t.Errorf("said %q", b.String())
	}
}

// The word that the user types: go if that is go-safe on the PATH, else the name of this program there, else its path.
func TestSelfOnPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a second name of a program that runs cannot be removed there")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	first, second, plain := t.TempDir(), t.TempDir(), t.TempDir()
	name := filepath.Base(os.Args[0])
	for _, link := range []string{filepath.Join(first, "go"), filepath.Join(second, name)} {
		if err := os.Symlink(exe, link); err != nil {
			t.Skip(err)
		}
	}
	if err := os.WriteFile(filepath.Join(plain, "go"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	list := string(filepath.ListSeparator)
	for path, want := range map[string]string{
		first:                           "go",
		second + list + first:           "go",
		plain + list + first:            shell.Quote(exe),
		plain + list + second:           shell.Quote(name),
		plain:                           shell.Quote(exe),
		"relative" + list + t.TempDir(): shell.Quote(exe),
	} {
		t.Setenv("PATH", path)
		if got := Self([]string{"PATH=" + path}); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := UnderSudo(); got != shell.Quote(exe) {
		t.Errorf("under sudo: %s", got)
	}
}
