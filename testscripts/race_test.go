//go:build unix

package testscripts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A race runs the same commands with plain go, which fails now and then, and with go-safe.
type race struct {
	t       *testing.T
	root    string
	plain   string // the true go
	safe    string // go-safe, which starts it
	environ []string
}

// newRace makes a race in a module that consists of the files of archive.
func newRace(t *testing.T, archive string) *race {
	if testing.Short() {
		t.Skip("needs a true go; not with -short")
	}
	root := newRoot(t)
	r := &race{
		t: t, root: root,
		plain: filepath.Join(goEnv(t, "GOROOT"), "bin", "go"),
		safe:  filepath.Join(root, "shim", "go"),
	}
	build := exec.Command("go", "build", "-o", r.safe, "../cmd/go-safe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	mustRun(t, build)
	if err := os.Mkdir(r.path("tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := txtar.Write(txtar.Parse([]byte(archive)), r.path("module")); err != nil {
		t.Fatal(err)
	}
	r.environ = append(slices.DeleteFunc(os.Environ(), isGoVariable),
		"HOME="+root, "TMPDIR="+r.path("tmp"), "GOCACHE="+goEnv(t, "GOCACHE"), "GOSAFE_GO="+r.plain)
	return r
}

func (r *race) path(name string) string { return filepath.Join(r.root, name) }

// command returns a go command in the module, of one side.
func (r *race) command(goCommand string, environ []string, args ...string) *exec.Cmd {
	cmd := exec.Command(goCommand, args...)
	cmd.Dir = r.path("module")
	cmd.Env = slices.Concat(r.environ, environ)
	return cmd
}

// compare runs both sides and prints the failures of each. If plain go does not fail, the test proves nothing, so
// plain go gets five chances. plainFails is false if plain go is known to do it right.
func (r *race) compare(what string, plainFails bool, side func(goCommand string) *tally) {
	plain := side(r.plain)
	for range 4 {
		if plainFails && plain.failures.Load() == 0 {
			plain = side(r.plain)
		}
	}
	safe := side(r.safe)
	r.t.Logf("%s: plain %v, go-safe %v", what, plain, safe)
	if plainFails && plain.failures.Load() == 0 {
		r.t.Error("plain go did not fail: this proves nothing")
	}
	if safe.failures.Load() > 0 {
		r.t.Error("go-safe failed")
	}
}

// A tally counts tries and failures, from several goroutines.
type tally struct {
	tries, failures atomic.Int32
	first           atomic.Value // failure, a string
}

// note counts a try. failure says what went wrong, "" for nothing.
func (t *tally) note(failure string) {
	t.tries.Add(1)
	if failure != "" {
		t.failures.Add(1)
		t.first.CompareAndSwap(nil, failure)
	}
}

// run runs a command, and counts it as a failure if it fails.
func (t *tally) run(cmd *exec.Cmd) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.note(fmt.Sprintf("%v: %s", err, out))
		return
	}
	t.note("")
}

func (t *tally) String() string {
	s := fmt.Sprintf("%d failures of %d", t.failures.Load(), t.tries.Load())
	if first, ok := t.first.Load().(string); ok {
		s += fmt.Sprintf(" (the first: %.300s)", strings.TrimSpace(first))
	}
	return s
}
