package main

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/go-safe/go-safe/rights"
)

// makesReady reports whether the command downloads a toolchain to a cache of several users or is the first to use it. Its files change once
// more then, and who meets them before fails of changing them himself: they are another's.
func (c *command) makesReady() bool {
	cache := c.plan.Value("GOMODCACHE")
	if !isShared(cache) { // which is cheaper to tell than the rest
		return false
	}
	return c.switches() && !c.toolchainNeed().HeldBy(cache) || c.fetched() != nil
}

// fetched are the versions of toolchains that the command line names for a download to a cache of several users: the go command
// leaves it to the first who uses one to make it ready, and that may be another user than the one who can.
func (c *command) fetched() []string {
	var list []string
	for _, arg := range c.class.Modules.Versions {
		if version, ok := strings.CutPrefix(arg, "golang.org/toolchain@"); ok && c.class.Verb == "mod download" {
			list = append(list, version)
		}
	}
	if list != nil && !isShared(c.plan.Value("GOMODCACHE")) {
		return nil
	}
	return list
}

func isShared(cache string) bool {
	p := rights.Of(cache).Policy
	return p == rights.SharedACL || p == rights.SharedSet
}

// ready makes toolchains ready that the command downloaded.
func (c *command) ready(versions []string) {
	cache := c.plan.Value("GOMODCACHE")
	for _, version := range versions {
		if err := rights.Ready(cache, version); err != nil && !errors.Is(err, fs.ErrNotExist) {
			name := strings.TrimPrefix(version, "v0.0.1-")
			name = name[:max(0, strings.LastIndex(name, "."))] // without the system
			c.say.line("warning: %s in %s: %v; others cannot use it before you; type: GOTOOLCHAIN=%s "+self+" version",
				name, cache, err, name)
		}
	}
}
