//go:build unix

package safecmd

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/shim"
)

// The test binary is also go-safe, and with the argument hold a process that holds a lock.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "safe":
		os.Exit(runSafe(os.Args[2:], os.Environ(), os.Stdout, os.Stderr))
	case len(os.Args) > 1 && os.Args[1] == "hold":
		os.Exit(hold(os.Args[2], os.Args[3]))
	}
	os.Exit(m.Run())
}

// runSafe runs go safe as main does.
func runSafe(args, environ []string, stdout, stderr io.Writer) (status int) {
	p := say.Printer{W: stderr, Environ: environ}
	cfg, err := config.Read(environ, nil)
	if err != nil {
		return p.Failure(say.ExitFailed, err)
	}
	real, notFound := findGo(environ)
	return Run(Call{
		Config: cfg, Args: args, Environ: environ, Real: real, NotFound: notFound, Stdout: stdout, Say: p,
	})
}

func findGo(environ []string) (shim.Go, error) {
	return shim.Search{Path: envfix.Getenv(environ, "PATH")}.Find()
}

// hold waits for the lock on dir, and holds it until standard input ends.
func hold(dir, mode string) (status int) {
	m := lock.Shared
	if mode == lock.Exclusive.String() {
		m = lock.Exclusive
	}
	release, err := lock.Acquire(dir, m, &lock.Patience{Anybody: time.Hour}, func([]lock.Process) {})
	if err != nil {
		return 1
	}
	defer release()
	io.WriteString(os.Stdout, "held\n")
	io.Copy(io.Discard, os.Stdin)
	return 0
}

// A place has a home, caches and a module for one test. The test works in the module.
type place struct {
	*testing.T
	dir     string
	environ []string
}

func newPlace(t *testing.T, dir string) *place {
	t.Helper()
	p := &place{t, dir, nil}
	for _, name := range []string{"home", "tmp", "mod", "cache"} {
		p.mkdir(name, 0o755)
	}
	p.write(map[string]string{"m/go.mod": "module m\n\ngo 1.21\n"})
	p.environ = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.path("home"), "TMPDIR=" + p.path("tmp"),
		"GOMODCACHE=" + p.path("mod"), "GOCACHE=" + p.path("cache"), "GOPROXY=off", "GOSUMDB=off",
		"GOTOOLCHAIN=local", "GO_TELEMETRY_CHILD=2",
	}
	t.Chdir(p.path("m"))
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) write(files map[string]string) {
	p.Helper()
	cachetest.Write(p, p.dir, files)
}

// mkdir makes a directory with that mode, whatever the umask.
func (p *place) mkdir(name string, mode os.FileMode) {
	p.Helper()
	p.do(os.MkdirAll(p.path(name), 0o755))
	p.do(os.Chmod(p.path(name), mode))
}

func (p *place) do(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// set sets variables of the environment, or removes one that gets no value. $W is the place.
func (p *place) set(vars ...string) {
	for _, kv := range vars {
		name, value, _ := strings.Cut(kv, "=")
		p.environ = envfix.Setenv(p.environ, name, p.inPlace(value))
	}
}

func (p *place) inPlace(text string) string { return strings.ReplaceAll(text, "$W", p.dir) }

// An outcome is what go safe printed, and its exit status. $W stands for the place, go for this program, and $GO for
// the real go.
type outcome struct {
	status         int
	stdout, stderr string
}

// run runs go safe. In the arguments $W is the place.
func (p *place) run(args ...string) outcome {
	p.Helper()
	line := make([]string, len(args))
	for i, arg := range args {
		line[i] = p.inPlace(arg)
	}
	var stdout, stderr strings.Builder
	status := runSafe(line, p.environ, &stdout, &stderr)
	return p.outcome(status, stdout.String(), stderr.String())
}

// start is run in a process of its own, for what can be done only once in a process.
func (p *place) start(args ...string) outcome {
	p.Helper()
	return p.output(p.command(args...))
}

// command returns go safe as a process. It does not name the binary, whose folder other users may not reach.
func (p *place) command(args ...string) *exec.Cmd {
	exe := "/proc/self/exe"
	if _, err := os.Stat(exe); err != nil {
		exe = os.Args[0]
	}
	cmd := exec.Command(exe, append([]string{"safe"}, args...)...)
	cmd.Env = append(slices.Clone(p.environ), "GOCOVERDIR="+p.path("home")) // without it -cover prints a warning
	return cmd
}

func (p *place) output(cmd *exec.Cmd) outcome {
	p.Helper()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		p.Fatal(err)
	}
	return p.outcome(cmd.ProcessState.ExitCode(), stdout.String(), stderr.String())
}

func (p *place) outcome(status int, stdout, stderr string) outcome {
	real, _ := findGo(p.environ)
	pairs := []string{p.dir, "$W", say.UnderSudo(), "go"}
	if real.Path != "" {
		pairs = append(pairs, real.Path, "$GO")
	}
	r := strings.NewReplacer(pairs...)
	return outcome{status, r.Replace(stdout), r.Replace(stderr)}
}

// is compares an outcome.
func (p *place) is(got, want outcome) {
	p.Helper()
	if got != want {
		p.Errorf("status %d, want %d\nstdout: %s\n  want: %s\nstderr: %s\n  want: %s",
			got.status, want.status, got.stdout, want.stdout, got.stderr, want.stderr)
	}
}

// decode reads what go safe printed as JSON.
func decode[T any](t testing.TB, o outcome) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.stdout), &v); err != nil {
		t.Fatalf("%v: %s%s", err, o.stdout, o.stderr)
	}
	return v
}
