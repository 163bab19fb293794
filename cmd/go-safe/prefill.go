package main

import (
	"github.com/go-safe/go-safe/internal/prefill"
	"github.com/go-safe/go-safe/shim"
)

// store returns how the store of GOSAFE_CACHE is used around the command. The second value is false if it is not: the
// command compiles nothing, there is no module, for which a bundle would be, there is no room for another process, or
// the toolchain is not there yet.
func (c *command) store() (prefill.Call, bool) {
	if c.Cache == "" || c.NearLimits() ||
		!c.Line.Compiles || c.Line.Writes&shim.BuildCache == 0 || c.Line.Removes != 0 {
		return prefill.Call{}, false
	}
	if p := c.Project(); p.Work == "" && p.Roots == nil {
		return prefill.Call{}, false
	}
	// go-safe-cache asks the go command, which would download a toolchain without a lock, and with too little time.
	if c.Switches() && !c.ToolchainNeed().CompleteIn(c.Plan.ModCache.Value) {
		return prefill.Call{}, false
	}
	call := prefill.Call{
		Go: c.Real.Path, Dir: c.Dir(), GOCACHE: c.Plan.BuildCache.Value, Args: c.Line.Args,
		Environ: c.ForCache(c.Environ), Push: c.CacheWrite,
	}
	for _, name := range []string{"GOFLAGS", "GOOS", "GOARCH", "CGO_ENABLED", "GOEXPERIMENT", "GOTOOLCHAIN", "GOWORK"} {
		call.Settings = append(call.Settings, c.Settings.Get(name).Value)
	}
	return call, true
}

// pull fills the build cache from the store.
func (c *command) pull() {
	call, uses := c.store()
	if !uses {
		return
	}
	if c.Verbose {
		if why := call.Skipped(); why != "" {
			c.say.Line("GOSAFE_CACHE: the store is not asked: %s", why)
		}
	}
	if err := call.Pull(c.say.W); err != nil {
		c.say.Warn("GOSAFE_CACHE: %v", err)
		return
	}
	c.filled = &call
}

// push sends what the command made to the store, when it has ended, unless the user was told that this cannot work.
func (c *command) push() {
	if c.filled == nil {
		return
	}
	if err := c.filled.Start(c.began); err != nil {
		c.say.Warn("GOSAFE_CACHE: %v", err)
	}
}
