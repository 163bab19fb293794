package main

import (
	"cmp"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/modcopy"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/shim"
)

// planDirs chooses and makes the directories. If a shared module cache is not writable, it waits for other
// commands there and tries again: another user's command may be at work, and opens what it made only when it
// ends.
func (c *command) planDirs() {
	c.makeDirs()
	v := c.Plan.ModCache
	if !v.Changed() || v.Asked() || c.NoLocks || c.Caches.Of(v.Was.Value).Policy != rights.SharedSet {
		return
	}
	for _, dir := range []string{v.Was.Value, cachelock.LoadDir(v.Was.Value)} {
		c.locker.WaitFor(cachelock.Lock{Name: v.Name, Dir: dir, Mode: lock.Shared})
	}
	c.makeDirs() // that command may have opened what it made
}

// makeDirs makes the directories of the plan, and prints what it changed in existing ones.
func (c *command) makeDirs() {
	for _, line := range c.MakeDirs() {
		c.say.Line("%s", line)
	}
}

// tellPlan prints what the user must know, and with GOSAFE_VERBOSE=1 every decision.
func (c *command) tellPlan() {
	c.tellSite()
	c.warn()
	if !c.Verbose {
		return
	}
	c.say.Line("real go: %s", c.Real.Path)
	c.say.Line("command: go %s may write to: %s; removes: %s; starts a program: %t (%s)",
		c.Line.Verb, c.Line.Writes, c.Line.Removes, c.Line.RunsProgram, c.Line.Why)
	for _, v := range c.Plan.Vars() {
		if v.Changed() {
			c.say.Line("%s=%s: %s", v.Name, v.Value, v.Why)
		}
	}
}

// tellSite prints what go-safe ignores in the site's file: the first thing, and with GOSAFE_VERBOSE=1 all. As with
// other values, it is silent where a tool parses the output, and in a container.
func (c *command) tellSite() {
	troubles := c.Site.Troubles()
	switch {
	case len(troubles) == 0 || !c.Verbose && (c.Line.NoDirs || !envfix.SeesProcesses()):
		return
	case !c.Verbose:
		troubles = troubles[:1]
	}
	for _, trouble := range troubles {
		c.say.Warn("%s; run: "+shell.Self+" safe doctor --only site-file", trouble)
	}
}

// warn prints which values go-safe overrides although somebody chose them, and warns root of risks. In a
// container it does not: the values are the image's, and nobody there can change them. Only the doctor reports
// them.
func (c *command) warn() {
	for _, v := range c.Plan.Vars() {
		if v.Denied() && !c.Line.NoDirs {
			c.say.Warn("%s=%s is shared with others, and there is no private folder: "+
				"they can read the private modules that come there; run: "+shell.Self+" safe doctor", v.Name, v.Value)
		}
		// A command that needs no directories needs no warning about them, and a tool may parse its output.
		if v.Overrides() && (!c.Line.NoDirs || v.Name == "GOROOT") && envfix.SeesProcesses() {
			c.tellOverride(v)
		}
	}
	if os.Geteuid() != 0 || c.Line.NoDirs {
		return
	}
	writes := c.Line.Writes &^ c.Line.Removes
	if c.Plan.BuildCache.Chosen() && writes&shim.BuildCache != 0 {
		c.warnRoot(c.Plan.BuildCache)
	}
	if (c.Plan.ModCache.Chosen() || c.Plan.GOPATH.Chosen()) && writes&shim.ModCache != 0 {
		c.warnRoot(c.Plan.ModCache)
	}
}

// tellOverride prints that go-safe overrides a chosen value, by what, and how to silence the message.
func (c *command) tellOverride(v envfix.Var) {
	instead := "using " + v.Value
	if v.Value == "" {
		instead = "ignored"
	}
	why, hint := v.Why, ""
	if v.Remedy != "" {
		hint = "; to silence this: " + v.Remedy
	}
	// The setting is right, and the session is too old for it.
	if group := envfix.Inspect(v.Name, envfix.First(v.Was.Value)).JoinedLater(); group != "" {
		why += ", but by group " + group + ", in which you are from the next login on"
		hint = "; log in again, or run: newgrp " + shell.Quote(group)
	}
	c.say.Warn("%s: %s; %s%s", v.Name, why, instead, hint)
}

// warnRoot warns root of a chosen cache that another user owns and everybody may write to: these users decide
// what root runs.
func (c *command) warnRoot(v envfix.Var) {
	if !filepath.IsAbs(v.Value) {
		return
	}
	if cache := c.Caches.Of(v.Value); cache.WritableByAll() && cache.UntrustedOwner() >= 0 && envfix.SeesProcesses() {
		c.say.Warn("%s: %s belongs to %s, and everybody may write to it: "+
			"others decide what you run as root; run: chmod o-w %s",
			v.Name, v.Value, user.Name(cache.UntrustedOwner()), shell.Quote(v.Value))
	}
}

// fillPrivateCopy copies what the command may need from a module cache to its private copy. If that fails, the
// go command downloads the modules instead, or reports the error itself.
func (c *command) fillPrivateCopy() {
	t := c.Plan.PrivateCopy
	if t == nil || c.Line.Removes&shim.ModCache != 0 {
		return
	}
	n := c.ToolchainNeed()
	if c.Line.Writes&shim.ModCache != 0 {
		n = c.Need()
	} else if c.Toolchain() == "" {
		return
	}
	beginErr := t.Begin()
	copied, err := modcopy.Fill(*t, n)
	if !c.Verbose {
		return
	}
	c.say.Line("%s, a private copy of %s, got %d modules that it lacked", t.Dir, t.Of, copied)
	if err := cmp.Or(beginErr, err); err != nil {
		c.say.Line("copying stopped at: %v", err)
	}
}
