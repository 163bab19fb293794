package bindir

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets copies of the test binary stand for a program that runs until its input ends.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "runs") {
		os.Stdout.WriteString("up")
		io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

// A program that runs is replaced. The old one stays under another name until the next install.
func TestReplaceRunning(t *testing.T) {
	target := t.TempDir()
	to := filepath.Join(target, "runs.exe")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err = errors.Join(err, os.WriteFile(to, data, 0o777)); err != nil {
		t.Fatal(err)
	}
	stop := run(t, to)
	if f, err := os.OpenFile(to, os.O_WRONLY, 0); err == nil {
		f.Close()
		t.Fatal("what runs can be written to")
	}
	install(t, to, "new")
	if got := names(t, target); !slices.Equal(got, []string{"runs.exe", "runs.exe~"}) {
		t.Errorf("after the first install: %q", got)
	}
	stop()
	install(t, to, "newer")
	if got := names(t, target); !slices.Equal(got, []string{"runs.exe"}) {
		t.Errorf("after the second install: %q", got)
	}
}

// If neither way is possible, the old binary keeps its name.
func TestReplaceStuck(t *testing.T) {
	target := t.TempDir()
	to := filepath.Join(target, "runs.exe")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{to, to + "~"} {
		data, err := os.ReadFile(self)
		if err = errors.Join(err, os.WriteFile(name, data, 0o777)); err != nil {
			t.Fatal(err)
		}
		defer run(t, name)()
	}
	if errs := place(t, to, "new"); len(errs) != 1 {
		t.Errorf("errors: %v", errs)
	}
	if got := names(t, target); !slices.Equal(got, []string{"runs.exe", "runs.exe~"}) {
		t.Errorf("left: %q", got)
	}
	if fi, err := os.Stat(to); err != nil || fi.Size() <= int64(len(program("new"))) {
		t.Errorf("what ran is gone: %v", err)
	}
}

// When the second rename fails the first is undone.
func TestExchangeBack(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "hello.exe")
	write(t, to, program("old"))
	if err := exchange(filepath.Join(dir, "missing"), to, to+"~"); err == nil {
		t.Error("what is missing was renamed")
	}
	if got := names(t, dir); !slices.Equal(got, []string{"hello.exe"}) {
		t.Errorf("left: %q", got)
	}
}

// A file that another program reads is replaced when that has closed it. The reader never sees a part of the new one.
func TestReplaceOpen(t *testing.T) {
	to := filepath.Join(t.TempDir(), "hello.exe")
	write(t, to, program("old"))
	f, err := os.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() {
		if data, err := io.ReadAll(f); err != nil || string(data) != program("old") {
			t.Errorf("the reader saw a change: %v", err)
		}
		f.Close()
	})
	install(t, to, "new")
}

// run starts a program, and returns the function that ends it.
func run(t *testing.T, path string) (stop func()) {
	t.Helper()
	cmd := exec.Command(path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	io.ReadFull(out, make([]byte, len("up")))
	return func() {
		in.Close()
		cmd.Wait()
	}
}

// install builds something in a stage and places it.
func install(t *testing.T, to, text string) {
	t.Helper()
	for _, err := range place(t, to, text) {
		t.Error(err)
	}
	if data, err := os.ReadFile(to); err != nil || string(data) != program(text) {
		t.Errorf("%s is not %q: %v", to, text, err)
	}
}

func place(t *testing.T, to, text string) []error {
	t.Helper()
	s, err := New(filepath.Dir(to), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Remove()
	os.Remove(filepath.Join(s.Dir, filepath.Base(to)))
	write(t, filepath.Join(s.Dir, filepath.Base(to)), program(text))
	built, err := s.Built()
	if err != nil {
		t.Fatal(err)
	}
	return s.Place(built)
}
