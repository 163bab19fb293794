package prefill

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/shell"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// The mark changes with what selects a bundle, and with nothing else.
func TestMark(t *testing.T) {
	dir := t.TempDir()
	c := Call{Go: "/go", Dir: dir, Args: []string{"build", "./..."}, Settings: []string{"", "linux"}}
	seen := map[string]string{}
	differs := func(what string) {
		t.Helper()
		if before, known := seen[c.mark()]; known {
			t.Errorf("%s: the mark is that of %s", what, before)
		}
		seen[c.mark()] = what
	}
	differs("no repository")
	head, packed := filepath.Join(dir, ".git/HEAD"), filepath.Join(dir, ".git/packed-refs")
	write(t, head, "1111\n")
	differs("a commit")
	write(t, head, "ref: refs/heads/main\n")
	differs("a branch without a file")
	write(t, packed, "1111 refs/heads/main\n")
	differs("a packed branch")
	if err := os.Chtimes(packed, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	differs("packed anew")
	write(t, filepath.Join(dir, ".git/refs/heads/main"), "2222\n")
	differs("a commit on the branch")

	// A second work tree has its HEAD elsewhere, and its branches with the first one. A submodule has both elsewhere.
	tree, gitdir := t.TempDir(), filepath.Join(dir, ".git/worktrees/tree")
	c.Dir = tree
	differs("another folder")
	write(t, filepath.Join(tree, ".git"), "gitdir: "+gitdir+"\n")
	write(t, filepath.Join(gitdir, "commondir"), "../..\n")
	write(t, filepath.Join(gitdir, "HEAD"), "3333\n")
	differs("a second work tree")
	write(t, filepath.Join(gitdir, "HEAD"), "4444\n")
	differs("a commit in it")
	write(t, filepath.Join(gitdir, "HEAD"), "ref: refs/heads/tree\n")
	write(t, filepath.Join(dir, ".git/refs/heads/tree"), "5555\n")
	differs("a branch in it")
	write(t, filepath.Join(dir, ".git/refs/heads/tree"), "6666\n")
	differs("a commit on that branch")
	c.Dir = filepath.Join(dir, "sub", "folder")
	write(t, filepath.Join(dir, "sub", ".git"), "gitdir: ../.git/modules/sub\n")
	write(t, filepath.Join(dir, ".git/modules/sub/HEAD"), "7777\n")
	differs("a submodule")
	write(t, filepath.Join(dir, ".git/modules/sub/HEAD"), "8888\n")
	differs("a commit in it")
	c.Dir = dir

	c.Args = []string{"build", "-tags", "x"}
	differs("-tags x")
	c.Args = []string{"build", "-tags", "y"}
	differs("-tags y")
	c.Args = []string{"build", "--race"}
	differs("--race")
	c.Settings = []string{"-trimpath", "linux"}
	differs("GOFLAGS")
	c.Environ = []string{"GOSAFE_CACHE=https://example.com"}
	differs("another store")
}

// A pull is done for a day, and one that failed for five minutes, for all commands with this store. A time in the
// future is none.
func TestDone(t *testing.T) {
	c := Call{GOCACHE: t.TempDir()}
	other, elsewhere := c, c
	other.Go, elsewhere.Environ = "/another", []string{"GOSAFE_CACHE=https://example.com"}
	path := filepath.Join(c.GOCACHE, marks, c.mark())
	for _, tt := range []struct {
		text string
		age  time.Duration
		want bool
	}{
		{"", 0, true}, {"", 23 * time.Hour, true}, {"", 25 * time.Hour, false}, {"", -time.Hour, false},
		{"failed", time.Minute, true}, {"failed", 6 * time.Minute, false},
	} {
		write(t, path, tt.text)
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-tt.age)); err != nil {
			t.Fatal(err)
		}
		if got := c.done(c.mark()); got != tt.want {
			t.Errorf("%q, %v ago: %t", tt.text, tt.age, got)
		}
		if why := c.Skipped(); (why != "") != tt.want || strings.Contains(why, "wrong") != (tt.want && tt.text != "") {
			t.Errorf("%q, %v ago: skipped because %q", tt.text, tt.age, why)
		}
		if got := other.done(other.mark()); got != (tt.want && tt.text != "") {
			t.Errorf("%q, %v ago, another command: %t", tt.text, tt.age, got)
		}
		if elsewhere.done(elsewhere.mark()) {
			t.Errorf("%q, %v ago: another store's", tt.text, tt.age)
		}
	}
}

// The first of the commands whose results are not sent counts, for a day.
func TestBegin(t *testing.T) {
	c := Call{GOCACHE: filepath.Join(t.TempDir(), "gocache")}
	for _, tt := range []struct{ age, want time.Duration }{
		{0, 0}, {time.Hour, time.Hour}, {25 * time.Hour, 0}, {-time.Hour, 0},
	} {
		c.begin(c.mark())
		if err := os.Chtimes(c.note(c.mark()), time.Time{}, time.Now().Add(-tt.age)); err != nil {
			t.Fatal(err)
		}
		c.begin(c.mark())
		info, err := os.Stat(c.note(c.mark()))
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Since(info.ModTime()); (got - tt.want).Abs() > time.Minute {
			t.Errorf("a note of %v ago: it is of %v ago", tt.age, got)
		}
	}
}

// What is said to be run puts the program where Find looks for it.
func TestFindAdvice(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		t.Fatal(err)
	}
	const install = shell.Self + " install github.com/go-safe/go-safe/cmd/go-safe-cache@latest"
	want := "; run: " + shell.With("GOBIN", filepath.Dir(exe), install)
	if _, err := Find(nil); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%q has no %q", err, want)
	}
}

// Whoever owns the cache cannot make root empty a file by a link.
func TestBeginLink(t *testing.T) {
	c := Call{GOCACHE: t.TempDir()}
	file := filepath.Join(t.TempDir(), "precious")
	write(t, file, "precious")
	if err := os.Chtimes(file, time.Time{}, time.Now().Add(-2*again)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Dir(c.note(c.mark())), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, c.note(c.mark())); err != nil {
		t.Fatal(err)
	}
	c.begin(c.mark())
	if b, err := os.ReadFile(file); err != nil || string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
}
