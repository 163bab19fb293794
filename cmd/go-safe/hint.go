package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/hint"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// A look at the modules takes as long as nobody notices. Only where something is wrong that may be the cause, another program is asked
// whether it is, and waited for.
const (
	lookLimit = 1500 * time.Microsecond
	askLimit  = time.Second
)

// exitUnsuccessful is how the go command ends when it could not do what was asked; 2 is for a command line that it does not understand.
const exitUnsuccessful = 1

// explain returns what says, after a command that failed, why that may be: one line, and only where the cause is plain to see.
func (c *command) explain() (after func(status int)) {
	if c.noHints || c.class.Writes&(shim.ModCache|shim.BuildCache|shim.EnvFile) == 0 {
		return func(int) {}
	}
	kills := -1
	c.meanwhile = func() { kills = hint.Kills() } // beside the child's start, which takes longer
	return func(status int) {
		if status == 0 || c.interrupted { // who has sent a signal does not wait for an explanation
			return
		}
		var looks []hint.Look
		if status == exitUnsuccessful {
			looks = c.looks()
		}
		if line := hint.First(kills, looks...); line != "" {
			c.say.line("hint: %s", line)
		}
	}
}

// foretell is explain for a command that is not waited for, such as go run: it says before what will make it fail.
func (c *command) foretell() {
	if c.noHints || !c.plan.NoCache || c.class.Writes&shim.BuildCache == 0 || c.class.Bare {
		return
	}
	if line := c.nowhere(); line != "" {
		c.say.line("hint: %s", line)
	}
}

// looks are those at what the command has used.
func (c *command) looks() []hint.Look {
	if c.class.Writes == shim.EnvFile {
		return []hint.Look{c.envFileTrouble}
	}
	loading := sync.OnceValue(c.loading)
	looks := []hint.Look{
		func() string { return c.tornModule(loading) },
		func() string { return c.modulesTrouble(loading) },
		func() string { return c.proxyTrouble(loading) },
		func() string { return c.namesTrouble(loading) },
		func() string { return c.sumTrouble(loading) },
	}
	if c.class.Writes&shim.BuildCache != 0 {
		looks = append(looks,
			c.nowhere,
			func() string { return c.cacheTrouble(loading) },
			func() string { return c.indexTrouble(loading) },
			func() string { return c.tempTrouble(loading) },
			c.repoTrouble)
	}
	return looks
}

// loading asks the go command for what the failed one had to load, and returns what it complains of. It downloads nothing.
func (c *command) loading() string {
	return c.loadingIn(c.environ)
}

// loadingIn is loading in an environment.
func (c *command) loadingIn(environ []string) string {
	goflags, said := c.settings.Get("GOFLAGS").Value, ""
	for _, args := range [][]string{shim.ListOf(c.args, goflags), shim.AllOf(c.args, goflags)} {
		if args == nil {
			continue
		}
		cmd := proc.Command{Args: args, Environ: environ, Deadline: time.Now().Add(askLimit)}
		if complaints, err := c.ask(cmd); err != nil {
			said += complaints
		}
	}
	return said
}

// ask runs the go command where the failed one ran, and returns what it complains of. It downloads nothing.
func (c *command) ask(cmd proc.Command) (complaints string, err error) {
	cmd.Path, cmd.Dir = c.real.Path, c.dir()
	for name, value := range map[string]string{"GOPROXY": "off", "GONOPROXY": "none", "GOVCS": "*:off", "PWD": cmd.Dir} {
		cmd.Environ = envfix.Setenv(cmd.Environ, name, value)
	}
	if c.class.Verb == "mod tidy" { // which knows of no workspace
		cmd.Environ = envfix.Setenv(cmd.Environ, "GOWORK", "off")
	}
	var said strings.Builder
	cmd.Stderr = &said
	err = proc.Run(cmd)
	return said.String(), err
}

// tornModule looks for torn files of the modules that go.sum or the command line names. Go.sum names others too than those that this
// command reads: which, the go command knows.
func (c *command) tornModule(loading func() string) string {
	for s := range c.project().Torn(c.asked(), c.plan.Value("GOMODCACHE"), lookLimit) {
		complaint := "unzip " + s.Path + ": "
		if s.Mod {
			complaint = "verifying " + s.Module + "/go.mod: checksum mismatch"
		}
		if s.Surely && !s.Mod || strings.Contains(loading(), complaint) {
			return fmt.Sprintf("%s is torn, which is no attack; type: "+self+" safe verify --heal %s", s.Path, s.Module)
		}
	}
	return ""
}

// modulesTrouble looks for what another user left where the go command has to add to it: in a module cache of ours, as root does; in one shared
// without an ACL what nobody opened to the group, as a command that was killed.
func (c *command) modulesTrouble(loading func() string) string {
	cache := c.plan.Value("GOMODCACHE")
	root := envfix.LookAt("GOMODCACHE", cache)
	shared := rights.Of(cache).Policy == rights.SharedSet
	if !root.Exists || os.Geteuid() <= 0 || root.Owner != os.Geteuid() && !shared {
		return ""
	}
	seen := make(map[string]bool)
	for s := range c.project().Lacking(c.asked(), cache, lookLimit) {
		p := deepest(s.Path)
		if p.Access == "" || seen[p.Deepest] {
			continue
		}
		seen[p.Deepest] = true
		switch owner := envfix.UserName(p.Owner); {
		case p.Owner == os.Geteuid() && strings.Contains(loading(), p.Deepest):
			return fmt.Sprintf("%s is closed to its owner by its mode; type: "+self+" safe fix %s", p.Deepest, envfix.Quote(cache))
		case p.Owner == os.Geteuid():
		case !s.Surely && !strings.Contains(loading(), p.Deepest):
		case shared:
			return fmt.Sprintf("%s belongs to %s and is closed to the others who share the cache (a go command that was "+
				"killed?); %[2]s, or root, types: "+self+" safe fix %s", p.Deepest, owner, envfix.Quote(cache))
		default:
			return fmt.Sprintf("%s belongs to %s (sudo go?), and is in the way of %s; type: "+self+" safe fix %s",
				p.Deepest, owner, s.Module, envfix.Quote(cache))
		}
	}
	return ""
}

// proxyTrouble looks for what a cache that is used in place, for nothing can be downloaded, does not have. The go command says that rights are
// missing, for it tries to lock what it looks for.
func (c *command) proxyTrouble(loading func() string) string {
	cache := c.plan.Value("GOMODCACHE")
	if !proxyOff(c.settings) || rights.Of(cache).Policy != rights.ReadOnly {
		return ""
	}
	for s := range c.project().Lacking(c.asked(), cache, lookLimit) {
		if !strings.Contains(loading(), s.Path) && !strings.Contains(loading(), "mkdir "+missing(s.Path)+": ") {
			continue
		}
		line := fmt.Sprintf("%s is not in %s, and GOPROXY=off forbids to download it", s.Module, cache)
		if undo := c.settings.Get("GOPROXY").Undo("GOPROXY"); undo != "" {
			line += "; type: " + undo
		}
		return line
	}
	return ""
}

// missing is the path, or the highest folder above it that is not there.
func missing(path string) string {
	for parent := filepath.Dir(path); parent != path && !isDir(parent); parent = filepath.Dir(parent) {
		path = parent
	}
	return path
}

// deepest looks at the path, or where a folder is closed that it would be in, at that.
func deepest(path string) envfix.Place {
	p := envfix.LookAt("GOMODCACHE", path)
	for p.Owner < 0 && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		p = envfix.LookAt("GOMODCACHE", path)
	}
	return p
}
