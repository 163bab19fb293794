//go:build unix

package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
)

// A place is a directory with a home, a temp folder and a module, for one test.
type place struct {
	t                   *testing.T
	dir, home, tmp, mod string
}

func newPlace(t *testing.T) place {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // for asTestUser
		t.Fatal(err)
	}
	p := place{t, dir, filepath.Join(dir, "home"), filepath.Join(dir, "tmp"), filepath.Join(dir, "m")}
	p.mkdir("home", 0o755)
	p.mkdir("tmp", 0o777|os.ModeSticky)
	p.write("m/go.mod", "module m\n\ngo 1.21\n")
	return p
}

// mkdir makes a directory with that mode whatever the umask, and returns its path.
func (p place) mkdir(name string, mode os.FileMode) string {
	p.t.Helper()
	dir := filepath.Join(p.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Chmod(dir, mode); err != nil {
		p.t.Fatal(err)
	}
	return dir
}

// write makes a file and the directories above it, and returns its path.
func (p place) write(name, text string) string {
	p.t.Helper()
	file := filepath.Join(p.dir, name)
	p.mkdir(filepath.Dir(name), 0o755)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
	return file
}

// goTree makes something that looks like a Go tree of that version: the go command in it is an empty file of 11 MB.
func (p place) goTree(name, version string) (bin string) {
	p.t.Helper()
	p.write(name+"/VERSION", version)
	p.write(name+"/go.env", "GOSUMDB=sum.golang.org\nGOTOOLCHAIN=auto\n")
	p.mkdir(name+"/pkg/tool", 0o755)
	path := p.write(name+"/bin/go", "")
	if err := os.Truncate(path, 11<<20); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		p.t.Fatal(err)
	}
	return filepath.Dir(path)
}

// shim makes a folder in which this test program is called go: it then counts as go-safe.
func (p place) shim(name string) (bin string) {
	p.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	bin = p.mkdir(name, 0o755)
	if err := os.Symlink(exe, filepath.Join(bin, "go")); err != nil {
		p.t.Fatal(err)
	}
	return bin
}

// environ returns the variables given, and behind them those that the place has: the first one counts. A name
// without a value is not set.
func (p place) environ(vars ...string) []string {
	all := append(slices.Clone(vars),
		"HOME="+p.home, "TMPDIR="+p.tmp, "PATH="+os.Getenv("PATH"), "GOPROXY=https://proxy.example,direct",
		"GO_TELEMETRY_CHILD=2")
	var environ []string
	seen := make(map[string]bool)
	for _, kv := range all {
		name, _, set := strings.Cut(kv, "=")
		if set && !seen[name] {
			environ = append(environ, kv)
		}
		seen[name] = true
	}
	return environ
}

// machine returns what a go run in the place would find, with the go on PATH.
func (p place) machine(environ []string) *Machine {
	p.t.Helper()
	path := envfix.Getenv(environ, "PATH")
	goroot := envfix.Getenv(environ, "GOROOT")
	search := shim.Search{Path: path, Root: goroot}
	real, notFound := search.Find()
	settings := envfix.ReadSettings(environ, real.GOROOT, nil)
	exe, _ := os.Executable()
	req := envfix.Request{
		StatCache: fsinfo.NewStatCache(),
		Known:     settings, GOROOT: real.GOROOT,
		Builds: true, Compiles: true, RunsWork: true, RunsCache: true, Trims: true,
		Holds:         func(string) bool { return false },
		CoveredBySum:  func(string) bool { return false },
		Switches:      func() bool { return false },
		Unlockable:    func(string) error { return nil },
		AddsPrivate:   func() bool { return false },
		BuildsPrivate: func() bool { return false },
		Others:        func(dir string) bool { return rights.Of(dir).Others() },
		Shared:        func(dir string) bool { return rights.Of(dir).Shared() },
		Untrusted:     func(dir string) bool { return rights.Of(dir).Untrusted() },
	}
	return &Machine{
		Environ: environ, Called: shell.Quote(real.Path), Exe: exe, Dir: p.mod, Search: search,
		Real: real, NotFound: notFound, Settings: settings,
		Plan:       sync.OnceValue(func() *envfix.Plan { return envfix.Resolve(req) }),
		Project:    func() gomod.Project { return gomod.Find(p.mod, "off") },
		Unlockable: req.Unlockable,
	}
}

// check runs one check, with all that Run does to its finding.
func (p place) check(m *Machine, id string) Finding {
	p.t.Helper()
	for _, c := range slices.Concat(Checks(), LoginChecks()) {
		if c.ID != id {
			continue
		}
		f := c.look(m)
		return m.withoutSudo(f).safeForRoot().redacted().pasteable()
	}
	p.t.Fatalf("no check %s", id)
	return Finding{}
}

// run runs an advice in a shell, and returns the environment in it afterwards.
func (p place) run(environ []string, advice string) []string {
	p.t.Helper()
	cmd := exec.Command("/bin/sh", "-c", advice+" && env -0")
	cmd.Env, cmd.Dir = environ, p.mod
	out, err := outputAsTestUser(cmd)
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			p.t.Errorf("%s: %s", advice, exit.Stderr)
		}
		p.t.Fatalf("%s: %v", advice, err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
}
