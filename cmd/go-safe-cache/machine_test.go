package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
)

// TestMain lets the test binary be the program, so that a test can kill it.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_GO_SAFE_CACHE") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// machine is one that builds the project: it has a checkout, a GOCACHE and settings.
type machine struct {
	dir, gocache string
	env          map[string]string
}

func newMachine(t testing.TB, dir, address string) *machine {
	t.Helper()
	return &machine{dir, filepath.Join(t.TempDir(), "gocache"), map[string]string{
		"GOSAFE_CACHE": address, "GOSAFE_CACHE_WRITE": "1"}}
}

// newProject makes a module in a repository with one commit.
func newProject(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/m\n\ngo 1.25\n")
	write(t, filepath.Join(dir, "m.go"), "package main\n\nfunc main() { println(\"hello\") }\n")
	git(t, dir, "init", "-q", "-b", "main")
	commit(t, dir)
	return dir
}

func write(t testing.TB, path, content string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o777)
	if err == nil {
		err = os.WriteFile(path, []byte(content), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a",
		"GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

var commits int

func commit(t testing.TB, dir string) string {
	t.Helper()
	git(t, dir, "add", "-A")
	commits++ // no two have the same hash
	git(t, dir, "commit", "-q", "--allow-empty", "-m", fmt.Sprint(commits))
	return git(t, dir, "rev-parse", "HEAD")
}

// run runs the program, and returns its status and all that it printed.
func (m *machine) run(t testing.TB, args ...string) (status int, out string) {
	t.Helper()
	t.Setenv("GOCACHE", m.gocache)
	t.Setenv("GOFLAGS", m.env["GOFLAGS"])
	t.Setenv("GOWORK", "off")
	var buf bytes.Buffer
	args = append([]string{args[0], "-C", m.dir}, args[1:]...)
	status = run(args, func(name string) string { return m.env[name] }, &buf, &buf)
	return status, buf.String()
}

// must runs the program, which must succeed and print all of want.
func (m *machine) must(t testing.TB, line string, want ...string) string {
	t.Helper()
	status, out := m.run(t, strings.Fields(line)...)
	for _, w := range want {
		if !strings.Contains(out, w) {
			status = -1
		}
	}
	if status != 0 {
		t.Fatalf("%s: status %d\n%swant %q", line, status, out, want)
	}
	return out
}

// fails runs the program, which must fail and print all of want in one line.
func (m *machine) fails(t testing.TB, line string, want ...string) {
	t.Helper()
	status, out := m.run(t, strings.Fields(line)...)
	for _, w := range want {
		if !strings.Contains(out, w) {
			status = 0
		}
	}
	if status == 0 || strings.Count(out, "\n") != 1 {
		t.Fatalf("%s: status %d\n%swant %q", line, status, out, want)
	}
}

func (m *machine) open(t testing.TB) *gocache.Dir {
	t.Helper()
	d, err := gocache.Open(m.gocache)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// build puts entries into GOCACHE as a build would: the contents are those of two outputs for each name.
func (m *machine) build(t testing.TB, names ...string) {
	t.Helper()
	d := m.open(t)
	for _, name := range names {
		for i := range 2 {
			content := strings.Repeat(fmt.Sprintf("%s %d ", name, i), 1000)
			a := gocache.Action{ID: sha256.Sum256([]byte("do " + content)), Output: sha256.Sum256([]byte(content)),
				Size: int64(len(content)), Time: time.Now()}
			err := d.PutOutput(a.Output, a.Size, "", time.Now(), strings.NewReader(content))
			if err := errors.Join(err, d.PutAction(a, time.Now())); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// buildLarge puts n entries into GOCACHE that cannot be compressed.
func (m *machine) buildLarge(t testing.TB, n, size int) {
	t.Helper()
	d := m.open(t)
	for i := range n {
		content := make([]byte, size)
		rand.NewChaCha8([32]byte{byte(i)}).Read(content)
		a := gocache.Action{ID: sha256.Sum256(content[:9]), Output: sha256.Sum256(content), Size: int64(size),
			Time: time.Now()}
		err := d.PutOutput(a.Output, a.Size, "", time.Now(), bytes.NewReader(content))
		if err := errors.Join(err, d.PutAction(a, time.Now())); err != nil {
			t.Fatal(err)
		}
	}
}

// has returns the names whose two entries are in GOCACHE, whole.
func (m *machine) has(t testing.TB, names ...string) string {
	t.Helper()
	d := m.open(t)
	outputs := map[gocache.ID]bool{}
	err := d.Each(time.Time{}, func(u gocache.Used) {
		if _, err := d.Output(u.Output); err != nil {
			t.Errorf("%s: %v", u.Output, err)
		}
		outputs[u.Output] = true
	})
	if err != nil {
		t.Fatal(err)
	}
	var has []string
	for _, name := range names {
		n := 0
		for i := range 2 {
			if outputs[sha256.Sum256([]byte(strings.Repeat(fmt.Sprintf("%s %d ", name, i), 1000)))] {
				n++
			}
		}
		if n == 2 {
			has = append(has, name)
		} else if n == 1 {
			has = append(has, name+"?")
		}
	}
	return strings.Join(has, " ")
}

func (m *machine) wants(t testing.TB, want string, names ...string) {
	t.Helper()
	if has := m.has(t, names...); has != want {
		t.Errorf("GOCACHE has %q, want %q", has, want)
	}
}
