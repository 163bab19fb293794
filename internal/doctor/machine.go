package doctor

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/shim"
)

// A Machine is what the checks look at: what a go build behind go-safe would find here. Several checks call the
// functions at once.
type Machine struct {
	Environ   []string
	Called    string // the word for go-safe in command lines, quoted for a shell
	Exe       string // path of this program, "" if it is not known
	Dir       string // the working directory
	Deep      bool   // look at every entry of the caches and not at a sample
	Search    shim.Search
	Chosen    bool   // GOSAFE_GO names the real go
	TrustRepo bool   // GOSAFE_TRUST_REPO=1
	Audit     string // GOSAFE_AUDIT
	Real      shim.Go
	NotFound  error // why there is no real go
	Settings  *envfix.Settings
	Plan      func() *envfix.Plan
	Project   func() gomod.Project

	// Unlockable says why files in an existing directory cannot be locked, nil if they can.
	Unlockable func(dir string) error

	net         probed
	askWindows  sync.Once
	windows     windowsFacts
	begun, done atomic.Int64              // checks
	asking      atomic.Pointer[say.State] // how far the program that asks servers is, nil if it does not run
}

// Progress tells how far the checks are.
func (m *Machine) Progress() say.State {
	if s := m.asking.Load(); s != nil {
		return *s
	}
	return say.State{What: "looking", Done: m.done.Load(), All: m.begun.Load(), Unit: "checks"}
}

// NewMachine returns the machine with the directories that a go run would get here if a module were missing in the
// module cache: go run needs most of the directories. It makes none of them. notFound says why there is no real go.
func NewMachine(cfg config.Config, real shim.Go, notFound error, environ []string) *Machine {
	cfg.PrivateCopies = false // it is a wish and no finding that a command leaves a cache which works
	j := job.New(cfg, real, environ, []string{"run"})
	exe, _ := os.Executable()
	dir, _ := os.Getwd()
	return &Machine{
		Environ:    environ,
		Called:     say.Self(environ),
		Exe:        exe,
		Dir:        dir,
		Search:     shim.Search{Path: envfix.Getenv(environ, "PATH"), Root: envfix.Getenv(environ, "GOROOT")},
		Chosen:     cfg.RealGo != "",
		TrustRepo:  cfg.TrustRepo,
		Audit:      cfg.Audit,
		Real:       real,
		NotFound:   notFound,
		Settings:   j.Settings,
		Plan:       sync.OnceValue(j.ResolveForDownload),
		Project:    j.Project,
		Unlockable: func(dir string) error { return cachelock.Unlockable(dir, cachelock.ServerTimeout) },
	}
}

// budget returns when a check that walks directories stops and goes by what it has seen. Without Deep that is soon:
// large caches must not make users wait, or checks be skipped.
func (m *Machine) budget() time.Time {
	if m.Deep {
		return time.Now().Add(time.Hour)
	}
	return time.Now().Add(time.Second / 2)
}

// variable returns the plan for one variable.
func (m *Machine) variable(name string) envfix.Var {
	for _, v := range m.Plan().Vars() {
		if v.Name == name {
			return v
		}
	}
	return envfix.Var{Name: name}
}

// directory returns the directory that the go command would use without go-safe, and the variable that names it. For
// $WORK that is the temp folder if GOTMPDIR is not set.
func (m *Machine) directory(name string) (variable, dir string) {
	dir = m.Settings.Directory(name).Value
	switch {
	case name == "GOTMPDIR" && dir == "":
		return envfix.TempName, m.Settings.Directory(envfix.TempName).Value
	case name == "GOPATH":
		dir, _, _ = strings.Cut(dir, string(filepath.ListSeparator))
	}
	return name, dir
}

// shown returns a setting for a finding: its name, its value, and where that comes from.
func (m *Machine) shown(name string) string {
	s := m.Settings.Get(name)
	if s.Value == "" {
		return name + " is not set"
	}
	return name + "=" + s.Value + " (" + string(s.Origin) + ")"
}

// onPath finds a program on PATH as a shell would, but not in relative directories; "" if there is none.
func (m *Machine) onPath(prog string) string {
	for _, dir := range filepath.SplitList(m.Search.Path) {
		path := filepath.Join(dir, prog)
		fi, err := os.Stat(path)
		if filepath.IsAbs(dir) && err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
			return path
		}
	}
	return ""
}

// gobin returns where go install puts binaries.
func (m *Machine) gobin() string {
	if dir := m.Settings.Get("GOBIN").Value; dir != "" {
		return dir
	}
	return m.defaultBin()
}

// defaultBin returns where it puts them without a GOBIN.
func (m *Machine) defaultBin() string {
	if dir := envfix.First(m.Plan().GOPATH.Value); dir != "" {
		return filepath.Join(dir, "bin")
	}
	return ""
}

// parallel returns how many programs a go build runs at once: -p, else GOMAXPROCS.
func (m *Machine) parallel() int64 {
	for _, flag := range shim.SplitFlags(m.Settings.Get("GOFLAGS").Value) {
		if text, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), "p="); ok {
			if n, err := strconv.ParseInt(text, 10, 32); err == nil && n > 0 {
				return n
			}
		}
	}
	return int64(runtime.GOMAXPROCS(0))
}
