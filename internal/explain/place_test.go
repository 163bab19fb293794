//go:build unix

package explain

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/mod/module"
)

// A place is a module, a home, a temp folder and a proxy for one test, and the real go.
type place struct {
	*testing.T
	dir  string
	real shim.Go
}

// newPlace makes a place in a directory: m is the module, mod and cache are to be the caches.
func newPlace(t *testing.T, dir string) place {
	t.Helper()
	real, err := shim.Search{Path: os.Getenv("PATH")}.Find()
	if err != nil {
		t.Skip(err)
	}
	p := place{t, dir, real}
	p.write(map[string]string{"m/go.mod": "module m\n\ngo 1.21\n", "m/m.go": "package m\n"})
	for _, name := range []string{"home", "tmp", "mod", "cache"} {
		p.do(os.Mkdir(p.path(name), 0o755))
	}
	return p
}

// newModules makes a place whose module needs example.com/a and example.com/b. The real go has downloaded them.
func newModules(t *testing.T, dir string) place {
	t.Helper()
	p := newPlace(t, dir)
	filled.Do(func() { fill(place{t, filledDir, p.real}) })
	for _, name := range []string{"m", "mod", "proxy"} {
		p.do(os.RemoveAll(p.path(name)))
		p.do(os.CopyFS(p.path(name), os.DirFS(filepath.Join(filledDir, name))))
	}
	return p
}

// A place that the real go has filled, once for all tests.
var (
	filled    sync.Once
	filledDir string
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "explain-")
	if err != nil {
		log.Fatal(err)
	}
	filledDir = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

func fill(p place) {
	for _, name := range []string{"a", "b"} {
		cachetest.Publish(p, p.path("proxy"), module.Version{Path: "example.com/" + name, Version: "v1.0.0"},
			map[string]string{"go.mod": "module example.com/" + name + "\n\ngo 1.21\n", "x.go": "package " + name + "\n"})
	}
	p.write(map[string]string{
		"m/go.mod": "module m\n\ngo 1.21\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0\n)\n",
		"m/m.go":   "package m\n\nimport (\n\t_ \"example.com/a\"\n\t_ \"example.com/b\"\n)\n",
	})
	p.succeeds("mod", "tidy")
	p.succeeds("list", "-deps", "./...")
}

// succeeds runs the real go in the module.
func (p place) succeeds(args ...string) {
	p.Helper()
	cmd := exec.Command(p.real.Path, args...)
	cmd.Dir, cmd.Env = p.path("m"), p.environ("GOFLAGS=-modcacherw")
	if out, err := cmd.CombinedOutput(); err != nil {
		p.Fatalf("go %q: %v: %s", args, err, out)
	}
}

func (p place) path(name string) string { return filepath.Join(p.dir, name) }

func (p place) write(files map[string]string) {
	p.Helper()
	cachetest.Write(p, p.dir, files)
}

func (p place) do(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// environ returns the environment of a go command here. The variables given replace others.
func (p place) environ(vars ...string) []string {
	environ := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.path("home"), "TMPDIR=" + p.path("tmp"),
		"GOCACHE=" + p.path("cache"), "GOMODCACHE=" + p.path("mod"), "GOPATH=" + p.path("home/go"),
		"GOPROXY=file://" + p.path("proxy"), "GOSUMDB=off", "GOTOOLCHAIN=local", "GIT_CONFIG_NOSYSTEM=1",
		"GO_TELEMETRY_CHILD=2", // no counters, which the go command would write afterwards
	}
	for _, kv := range vars {
		name, value, _ := strings.Cut(kv, "=")
		environ = envfix.Setenv(environ, name, value)
	}
	return environ
}

// explainer returns the explainer of a command in the module, with the directories that it would get.
func (p place) explainer(cfg config.Config, environ []string, args ...string) *Explainer {
	j := job.New(cfg, p.real, environ, append([]string{"-C", p.path("m")}, args...))
	j.Plan = j.Resolve()
	return New(j)
}

// hint runs the command, which must fail, and returns what e says of that.
func (p place) hint(e *Explainer) string {
	p.Helper()
	cmd := exec.Command(e.Real.Path, e.Line.Args...)
	goflags := strings.Join(append(e.Line.Defaults, "-modcacherw"), " ") // so that the place can be removed
	cmd.Env = envfix.Setenv(e.Plan.Environ(e.Environ), "GOFLAGS", goflags)
	if out, err := cmd.CombinedOutput(); err == nil {
		p.Errorf("go %q does not fail: %s", e.Line.Args, out)
	}
	return p.asks(e)
}

// asks returns what e says after a failure. A look has little time, and on a busy machine it may see nothing: then
// asks asks another explainer, because e remembers what the go command said.
func (p place) asks(e *Explainer) string {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if line := New(e.Job).Hint(exitUnsuccessful); line != "" {
			return p.shown(line)
		}
	}
	return ""
}

// shown returns the line as a user sees it, with $W for the place.
func (p place) shown(line string) string {
	return strings.ReplaceAll(strings.ReplaceAll(line, shell.Self, "go"), p.dir, "$W")
}

// build is the command line that most tests explain.
var build = []string{"build", "./..."}

// A hint costs nothing if the command succeeded, did not understand its command line, or needs no caches, and if the
// user wants none.
func TestNoHint(t *testing.T) {
	p := newModules(t, t.TempDir())
	p.tear("cache/download/example.com/a/@v/v1.0.0.mod")
	if line := p.hint(p.explainer(config.Config{}, p.environ(), build...)); line == "" {
		t.Fatal("no hint for the torn module")
	}
	for name, tt := range map[string]struct {
		cfg    config.Config
		args   []string
		status int
	}{
		"success":         {config.Config{}, build, 0},
		"usage":           {config.Config{}, build, 2},
		"no cache":        {config.Config{}, []string{"version"}, 1},
		"hints are off":   {config.Config{NoHints: true}, build, 1},
		"another command": {config.Config{}, []string{"generate"}, 1},
	} {
		e := p.explainer(tt.cfg, p.environ(), tt.args...)
		e.CountKills()
		if line := e.Hint(tt.status); line != "" && !strings.Contains(line, "kernel") {
			t.Errorf("%s: %s", name, line)
		}
	}
}

// What fails for its own reasons has no hint.
func TestOwnFailure(t *testing.T) {
	p := newModules(t, t.TempDir())
	p.write(map[string]string{
		"m/types/x.go":   "package types\n\nvar X int = \"\"\n",
		"m/imports/x.go": "package imports\n\nimport _ \"example.com/none\"\n",
	})
	for _, args := range [][]string{
		{"build", "./types"}, {"build", "./imports"}, {"vet", "./none"}, {"test", "./types"}, {"mod", "tidy"},
		{"get", "example.com/none"}, {"list", "net/none"}, {"env", "-w", "GOFLAGS"},
	} {
		if line := p.explainer(config.Config{}, p.environ(), args...).Hint(exitUnsuccessful); line != "" {
			t.Errorf("go %s: %s", strings.Join(slices.Clone(args), " "), line)
		}
	}
}
