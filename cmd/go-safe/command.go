package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// A command is a go command on its way, with what is known of it so far.
type command struct {
	config
	say     printer
	real    shim.Go
	environ []string // with the plan's changes once they are made
	args    []string
	argv0   string // the name that go-safe was called by

	settings  *envfix.Settings
	class     shim.Class
	project   func() modcache.Project // that it works in, found once
	toolchain func() string           // that it will run from the module cache, "" for none; found once
	downloads func() bool             // whether it may add to the module cache; found once
	readies   func() bool             // whether it makes a toolchain ready for others; found once
	plan      *envfix.Plan

	meanwhile   func() // to be done while the go command runs, nil for nothing
	interrupted bool   // a signal came while it ran
	placed      bool   // binaries that it built were put where they belong

	patience *lock.Patience // for all locks together, once the first is taken
}

// imagined is a command that is not to be run, to see what it would get.
func imagined(environ []string, real shim.Go, args ...string) *command {
	cfg, _ := readConfig(environ) // run has told of an error
	c := &command{config: cfg, real: real, environ: environ, args: args}
	c.decide()
	return c
}

// decide reads the settings and classifies the command.
func (c *command) decide() {
	c.settings = envfix.ReadSettings(c.environ, c.real.GOROOT)
	c.class = shim.Classify(c.args, c.settings.Get("GOFLAGS").Value)
	c.project = sync.OnceValue(c.findProject)
	c.toolchain = sync.OnceValue(c.findToolchain)
	c.downloads = sync.OnceValue(c.mayDownload)
	c.readies = sync.OnceValue(c.makesReady)
}

// request says what envfix has to know of the command.
func (c *command) request() envfix.Request {
	return envfix.Request{
		Known:       c.settings,
		GOROOT:      c.real.GOROOT,
		Bare:        c.class.Bare,
		Builds:      c.class.Writes&shim.BuildCache != 0,
		Compiles:    c.class.Compiles,
		RunsWork:    c.class.Runs&shim.Work != 0,
		RunsCache:   c.class.Runs&shim.BuildCache != 0,
		PrivateTemp: c.privateTemp,
		Trims:       c.class.Writes&shim.BuildCache != 0 && c.class.Clears == 0 && !c.class.Bare,
		WritesEnv:   c.class.Verb == "env" && c.class.Writes == shim.EnvFile,
		WritesBin:   c.class.Writes&shim.Bin != 0,
		ClearsBuild: c.class.Clears&shim.BuildCache != 0,
		ClearsMod:   c.class.Clears&shim.ModCache != 0,
		Holds:       c.holds,
		Vouched:     c.vouched,
		Switches:    c.switches,
		Unlockable:  c.lockability(),
		Shared:      func(dir string) bool { return rights.Of(dir).Shared() },
		Stranger:    func(dir string) int { return rights.Of(dir).Stranger() },
	}
}

// lockability says of directories why they cannot be locked. What neither uses caches nor names them, as go version, is not kept waiting
// for that.
func (c *command) lockability() func(dir string) error {
	if c.class.Writes == 0 && c.class.Verb != "env" {
		return func(string) error { return nil }
	}
	return remembered(func(dir string) error { return unlockableFor(dir, c.serverTime()) })
}

// resolve is the plan, with nothing made.
func (c *command) resolve() *envfix.Plan {
	return envfix.Resolve(c.request())
}

// prepare plans and makes the directories, and says what it changed in those that were there. A private folder that cannot be made
// (somebody else was faster) is left out and another one found; in the end there is none, and the values stay as they were.
func (c *command) prepare() {
	req := c.request()
	req.Failed = make(map[string]bool)
	for {
		c.plan = envfix.Resolve(req)
		changed, err := c.plan.Prepare()
		for _, line := range changed {
			c.say.line("%s", line)
		}
		var folder *envfix.FolderError
		if !errors.As(err, &folder) || req.Failed[folder.Dir] {
			return
		}
		req.Failed[folder.Dir] = true
	}
}

// dir is the directory that the command works in.
func (c *command) dir() string {
	dir, err := os.Getwd()
	if err != nil || filepath.IsAbs(c.class.Dir) {
		return c.class.Dir
	}
	return filepath.Join(dir, c.class.Dir)
}

// report says what the user has to know, and with GOSAFE_VERBOSE=1 every decision.
func (c *command) report() {
	c.warn()
	if !c.verbose {
		return
	}
	c.say.line("real go: %s", c.real.Path)
	c.say.line("command: go %s may write to: %s; removes: %s; starts a program: %t (%s)",
		c.class.Verb, c.class.Writes, c.class.Clears, c.class.Outlives, c.class.Why)
	for _, v := range c.plan.Vars {
		if v.Changed() {
			c.say.line("%s=%s: %s", v.Name, v.Value, v.Why)
		}
	}
}

// warn says which values that somebody chose are overridden, and to root what is a risk to it. In a container they
// are the image's, and nobody there can act on it: the doctor tells.
func (c *command) warn() {
	chosen := make(map[string]bool)
	for _, v := range c.plan.Vars {
		chosen[v.Name] = v.Origin == envfix.FromEnviron || v.Origin == envfix.FromEnvFile
		// What needs no directories has no use for warnings about them, and those who read its output none for lines
		// of ours.
		if v.Overrides() && (!c.class.Bare || v.Name == "GOROOT") && envfix.SeesProcesses() {
			c.say.warning(v)
		}
	}
	if os.Geteuid() != 0 || c.class.Bare {
		return
	}
	writes := c.class.Writes &^ c.class.Clears
	if chosen["GOCACHE"] && writes&shim.BuildCache != 0 {
		c.warnRoot("GOCACHE")
	}
	if (chosen["GOMODCACHE"] || chosen["GOPATH"]) && writes&shim.ModCache != 0 {
		c.warnRoot("GOMODCACHE")
	}
}

// warnRoot says to root that another user owns a cache that somebody chose, and everybody may write to it: they decide
// what root runs.
func (c *command) warnRoot(name string) {
	dir := c.plan.Value(name)
	if !filepath.IsAbs(dir) {
		return
	}
	if cache := rights.Of(dir); cache.WritableByAll() && cache.Stranger() >= 0 && envfix.SeesProcesses() {
		c.say.line("warning: %s: %s belongs to %s, and everybody may write to it: others decide what you run as root; "+
			"type: chmod o-w %s", name, dir, envfix.UserName(cache.Stranger()), envfix.Quote(dir))
	}
}

// start starts the real go by how, shim.Exec or one like shim.Run, and returns its exit status. Killed by a signal, it
// does not return where the system lets us die of the same.
func (c *command) start(how func(shim.Command) (shim.Status, error)) int {
	command := shim.Command{Path: c.real.Path, Name: c.name(), Args: c.args, Environ: c.environ, Meanwhile: c.meanwhile}
	status, err := how(command)
	if noRoom(err) && !c.needLocks {
		c.say.line("warning: %v; going on without a lock, as plain go would", err)
		status, err = shim.Exec(command)
	}
	c.interrupted = status.Interrupted
	switch {
	case errors.Is(err, fs.ErrNotExist): // of a script the interpreter, of a program the dynamic linker
		return c.say.failure(exitCannotRun, fmt.Errorf("%w (its interpreter is missing); type: export GOSAFE_GO=/path/to/go", err))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOEXEC):
		return c.say.failure(exitCannotRun, fmt.Errorf("%w; type: export GOSAFE_GO=/path/to/go", err))
	case err != nil:
		return c.say.failure(exitCannotRun, err)
	case status.Signal != nil:
		return proc.Die(status.Signal)
	}
	return status.Code
}

// name is how the real go is called, as ps shows it: go, as go-safe was called. A version manager's shim may look at the path
// that it is called by, and keeps it.
func (c *command) name() string {
	switch {
	case c.real.GOROOT == "":
		return ""
	case strings.TrimSuffix(filepath.Base(c.argv0), ".exe") == "go":
		return c.argv0
	}
	return "go"
}

// noRoom reports whether a limit lets no second process begin.
func noRoom(err error) bool {
	for _, limit := range []error{syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}
