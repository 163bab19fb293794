package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/clean"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/safecmd"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/shim"
)

// refuseClean says why a clean must not begin: it would fail half-way.
func (c *command) refuseClean() error {
	dir := c.modCacheToEmpty()
	if dir == "" {
		return nil
	}
	f := clean.FindUndeletable(dir)
	if f.Count == 0 {
		return nil
	}
	var owners []string
	for _, uid := range f.Owners {
		owners = append(owners, user.Name(uid))
	}
	return fmt.Errorf("GOMODCACHE %s has directories such as %s (%d in all) that only %s and root can empty; "+
		"nothing is removed; run: sudo env GOMODCACHE=%s %s clean -modcache",
		dir, f.First, f.Count, strings.Join(owners, ", "), shell.Quote(dir), say.UnderSudo())
}

// modCacheToEmpty returns the module cache that the command removes, "" for none.
func (c *command) modCacheToEmpty() string {
	dir := c.Plan.ModCache.Value
	if c.Line.RemovesUnseen&shim.ModCache == 0 || !filepath.IsAbs(dir) {
		return ""
	}
	return dir
}

// clean sets the caches aside, runs the go command, repairs what that made in their place, releases the locks,
// and deletes what the go command would have deleted. The output and the status are the go command's; the
// status is 1 if something cannot be deleted, as it would be with plain go.
func (c *command) clean(release func(), repairs *repair.Run) int {
	restore := clean.SaveMode(c.modCacheToEmpty())
	asides := c.setAside()
	var rubbish []*clean.Aside
	putBack := func(shim.Status) {
		if err := restore(); err != nil {
			c.say.Line("%v; others may write to it; run: chmod go-w %s", err, shell.Quote(c.modCacheToEmpty()))
		}
		for _, a := range asides {
			if a.Removed() {
				rubbish = append(rubbish, a)
			} else if err := a.Restore(); err != nil {
				c.say.Line("%v; what go clean was to remove is in %s; run: rm -rf %s",
					err, a.Folder(), shell.Quote(a.Folder()))
			}
		}
	}
	start := c.start
	start.OnExit = append(start.OnExit, putBack)
	status, report, err := c.runChild(start, repairs, func() {})
	if err != nil { // it could not be started
		putBack(status)
	}
	safecmd.TellRepair(report, c.Verbose, c.say)
	if status.Signal != nil { // childStatus may not return
		c.record(status, report, audit.Other)
	}
	code := c.childStatus(status, err)
	release()
	// From here on a signal ends us, and the next clean removes what is left.
	for _, a := range rubbish {
		if err := a.Delete(c.locker.TryExclusive); err != nil {
			c.say.Line("%v; run: sudo rm -rf %s", err, shell.Quote(a.Folder()))
			code = cmp.Or(code, 1)
		}
	}
	c.sweep()
	if c.Audit != "" {
		c.record(shim.Status{Code: code}, report, c.explainer.Cause(code, "", c.began))
	}
	return code
}

// setAside sets aside what the go command only removes. It leaves a module cache in place if the command will
// run a toolchain from it. It also leaves a cache on a network file system, because an open file there cannot
// be deleted, and we hold what we set aside open.
func (c *command) setAside() (asides []*clean.Aside) {
	add := func(name string, a *clean.Aside, err error) {
		if err != nil {
			c.say.Warn("%s: %v; removing it in place, as plain go would; "+
				"if that is interrupted run: "+shell.Self+" clean -%s",
				name, err, strings.ToLower(strings.TrimPrefix(name, "GO")))
		}
		if a != nil {
			asides = append(asides, a)
		}
	}
	if dir := c.modCacheToEmpty(); dir != "" && !lock.Remote(dir) && !c.runsFrom(dir) {
		a, err := clean.ModCache(dir, c.locker.TryExclusive)
		add("GOMODCACHE", a, err)
	}
	builds, fuzz := c.Line.RemovesUnseen&shim.BuildCache != 0, c.Line.RemovesUnseen&shim.FuzzCache != 0
	if dir := c.Plan.BuildCache.Value; (builds || fuzz) && filepath.IsAbs(dir) && !lock.Remote(dir) {
		a, err := clean.BuildCache(dir, builds, fuzz, c.locker.TryExclusive)
		add("GOCACHE", a, err)
	}
	return asides
}

// sweep deletes what earlier cleans left behind when they were killed.
func (c *command) sweep() {
	for dir, place := range map[string]shim.Places{
		c.Plan.ModCache.Value: shim.ModCache, c.Plan.BuildCache.Value: shim.BuildCache,
	} {
		if c.Line.Removes&place == 0 || !filepath.IsAbs(dir) || lock.Remote(dir) {
			continue
		}
		for f, err := range clean.Sweep(dir, c.locker.TryExclusive) {
			c.say.Line("%v (left behind by an interrupted clean); run: sudo rm -rf %s", err, shell.Quote(f))
		}
	}
}

// runsFrom reports whether the go command, or the toolchain to which it will switch, is in the module cache.
func (c *command) runsFrom(cache string) bool {
	cache, err := filepath.EvalSymlinks(cache)
	if err != nil {
		return false
	}
	for _, path := range []string{c.Real.Path, c.Real.GOROOT} {
		path, err := filepath.EvalSymlinks(path)
		if err == nil && strings.HasPrefix(path, cache+string(filepath.Separator)) {
			return true
		}
	}
	return c.Switches()
}
