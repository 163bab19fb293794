package gocache

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// goIn runs the go command in dir with this GOCACHE, and returns what it printed.
func goIn(t *testing.T, dir, cache string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOCACHE="+cache, "GOFLAGS=-buildvcs=false", "GOWORK=off", "GO111MODULE=",
		"CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func open(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// copyAll copies a cache as pull does, entry by entry.
func copyAll(t *testing.T, from, to *Dir) (n int) {
	t.Helper()
	err := from.Each(time.Time{}, func(u Used) {
		content, err := from.Output(u.Output)
		if err == nil {
			err = to.PutOutput(u.Output, u.Size, u.Exec, u.OutputUsed, bytes.NewReader(content))
		}
		if err == nil {
			err = to.PutAction(u.Action, u.ActionUsed)
		}
		if err != nil {
			t.Errorf("%s: %v", u.ID, err)
		}
		n++
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGoCommand shows that the real go command takes what is written here: nothing is compiled or linked again, a test
// result is found, and "go clean -testcache" still ends it, because it kept its time.
func TestGoCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("builds with a cold cache")
	}
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":      "module m\n\ngo 1.25\n",
		"m.go":        "package main\n\nfunc main() { println(\"hello\") }\n",
		"m_test.go":   "package main\n\nimport \"testing\"\n\nfunc TestM(t *testing.T) {}\n",
		"lib/lib.go":  "package lib\n\nfunc F() {}\n",
		"lib/other.s": "",
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(content), 0o666))
		if err != nil {
			t.Fatal(err)
		}
	}
	cold, warm := filepath.Join(t.TempDir(), "cold"), filepath.Join(t.TempDir(), "warm")
	goIn(t, dir, cold, "test", "./...")
	goIn(t, dir, cold, "run", ".")
	from, to := open(t, cold), open(t, warm)
	if n := copyAll(t, from, to); n < 100 {
		t.Fatalf("%d entries copied, want those of the standard library", n)
	}
	execs := 0
	to.Each(time.Time{}, func(u Used) {
		if u.Exec != "" {
			execs++
		}
	})
	if execs == 0 {
		t.Error("the program of go run was not copied")
	}
	out := goIn(t, dir, warm, "run", "-x", ".")
	if strings.Contains(out, "/compile ") || strings.Contains(out, "/link ") {
		t.Errorf("go run compiled or linked:\n%s", out)
	}
	if out := goIn(t, dir, warm, "test", "."); !strings.Contains(out, "(cached)") {
		t.Errorf("the test result was not found:\n%s", out)
	}

	// The result was there before the testcache was cleaned on another machine too.
	again := filepath.Join(t.TempDir(), "again")
	os.Mkdir(again, 0o777) // the go command does not make it here
	goIn(t, dir, again, "clean", "-testcache")
	copyAll(t, from, open(t, again))
	if out := goIn(t, dir, again, "test", "."); strings.Contains(out, "(cached)") {
		t.Errorf("a test result outlived go clean -testcache:\n%s", out)
	}
	goIn(t, dir, again, "clean", "-cache")
	open(t, again).Each(time.Time{}, func(u Used) { t.Errorf("%s outlived go clean -cache", u.ID) })
}

func entry(content string) (Action, *strings.Reader) {
	return Action{ID: sha256.Sum256([]byte("action of " + content)), Output: sha256.Sum256([]byte(content)),
		Size: int64(len(content)), Time: time.Unix(0, 1_700_000_000_123_456_789)}, strings.NewReader(content)
}

func TestTimes(t *testing.T) {
	used := time.Unix(1_600_000_000, 5_000)
	for _, exec := range []string{"", "prog"} {
		d := open(t, t.TempDir())
		a, content := entry("x")
		if err := errors.Join(d.PutOutput(a.Output, a.Size, exec, used, content), d.PutAction(a, used)); err != nil {
			t.Fatal(err)
		}
		n := 0
		d.Each(time.Time{}, func(u Used) {
			n++
			if !u.Time.Equal(a.Time) || !u.ActionUsed.Equal(used) || !u.OutputUsed.Equal(used) || u.Exec != exec {
				t.Errorf("got %+v", u)
			}
		})
		if n != 1 {
			t.Errorf("%d entries", n)
		}
		d.Each(used.Add(1), func(u Used) { t.Error("an old entry was seen") })
	}
	// A clock that is wrong elsewhere does not keep an entry for ever.
	d := open(t, t.TempDir())
	a, content := entry("z")
	if err := d.PutOutput(a.Output, a.Size, "", time.Now().Add(1000*time.Hour), content); err != nil {
		t.Fatal(err)
	}
	if out, err := d.output(a.Output); err != nil || out.used.After(time.Now().Add(time.Minute)) {
		t.Errorf("used %v, %v", out.used, err)
	}
}

// TestWrongContent shows that nothing gets its name with another content, and that nothing stays behind.
func TestWrongContent(t *testing.T) {
	d := open(t, t.TempDir())
	a, _ := entry("right")
	for _, test := range []struct {
		name    string
		content string
		want    error
	}{
		{"altered", "wrong", ErrContent},
		{"truncated", "righ", io.EOF},
		{"longer", "right and more", nil}, // the size bounds what is read
	} {
		for _, exec := range []string{"", "prog"} {
			os.RemoveAll(filepath.Join(d.root.Name(), folder(a.Output)))
			err := d.PutOutput(a.Output, a.Size, exec, time.Now(), strings.NewReader(test.content))
			if !errors.Is(err, test.want) {
				t.Errorf("%s: got %v", test.name, err)
			}
			if test.want == nil {
				break
			}
			if left, _ := os.ReadDir(filepath.Join(d.root.Name(), folder(a.Output))); len(left) > 0 {
				t.Errorf("%s: left %v", test.name, left)
			}
		}
	}
	for _, exec := range []string{"..", ".", "a/b", `a\b`, "c:", "a\x00"} {
		if err := d.PutOutput(a.Output, a.Size, exec, time.Now(), strings.NewReader("right")); err == nil {
			t.Errorf("a program was called %q", exec)
		}
	}
}

// TestInTheWay shows that what does not work is replaced, and that what works is not.
func TestInTheWay(t *testing.T) {
	d := open(t, t.TempDir())
	a, _ := entry("right")
	path := filepath.Join(d.root.Name(), name(a.Output, "d"))
	put := func(exec string) {
		t.Helper()
		if err := d.PutOutput(a.Output, a.Size, exec, time.Now(), strings.NewReader("right")); err != nil {
			t.Error(err)
		}
		if !d.Has(a.Output, a.Size, exec) {
			t.Error("it is not there")
		}
	}
	os.MkdirAll(filepath.Dir(path), 0o777)
	os.WriteFile(path, []byte("torn"), 0o666)
	put("")
	put("prog")
	os.WriteFile(filepath.Join(path, "other"), nil, 0o666)
	put("prog")
	put("")
	if d.HasAction(a.ID) {
		t.Error("an action that is not there")
	}
	if err := d.PutAction(a, time.Now()); err != nil || !d.HasAction(a.ID) {
		t.Error("the action is not there", err)
	}
	os.Remove(path)
	if d.HasAction(a.ID) {
		t.Error("an action without output")
	}
	before := name(a.ID, "a")
	if info, err := os.Stat(filepath.Join(d.root.Name(), before)); err != nil || info.Mode()&fs.ModeType != 0 {
		t.Error(err)
	}
}

// TestLinks shows that no link leads out of the cache, neither to read nor to write.
func TestLinks(t *testing.T) {
	d, outside := open(t, t.TempDir()), t.TempDir()
	a, _ := entry("secret")
	os.WriteFile(filepath.Join(outside, "file"), []byte("secret"), 0o666)
	sub := filepath.Join(d.root.Name(), folder(a.Output))
	if err := os.Symlink(outside, sub); err != nil {
		t.Skip(err)
	}
	if err := d.PutOutput(a.Output, a.Size, "", time.Now(), strings.NewReader("secret")); err == nil {
		t.Error("wrote through a link")
	}
	os.Remove(sub)
	os.Mkdir(sub, 0o777)
	os.Symlink(filepath.Join(outside, "file"), filepath.Join(d.root.Name(), name(a.Output, "d")))
	if _, err := d.Output(a.Output); err == nil {
		t.Error("read through a link")
	}
	if left, _ := os.ReadDir(outside); len(left) != 1 {
		t.Errorf("outside: %v", left)
	}
}

func FuzzParseAction(f *testing.F) {
	a, _ := entry("x")
	f.Add(a.Format())
	f.Add([]byte("v1 "))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := ParseAction(b); err == nil {
			if b2, err := ParseAction(a.Format()); err != nil || b2 != a {
				t.Errorf("%q: %+v, then %+v, %v", b, a, b2, err)
			}
		}
	})
}
