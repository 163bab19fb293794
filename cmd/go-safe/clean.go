package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/clean"
	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// refused says why the clean is not to begin: it would end half-way.
func (c *command) refused() error {
	dir := c.emptied()
	if dir == "" {
		return nil
	}
	f := clean.FindForeign(dir)
	if f.Count == 0 {
		return nil
	}
	var owners []string
	for _, uid := range f.Owners {
		owners = append(owners, envfix.UserName(uid))
	}
	return fmt.Errorf("GOMODCACHE %s: %d directories, as %s, can only be emptied by their owner (%s) and root; "+
		"nothing is removed; type: sudo env GOMODCACHE=%s %s clean -modcache",
		dir, f.Count, f.First, strings.Join(owners, ", "), envfix.Quote(dir), underSudo())
}

// emptied is the module cache that the command removes, "" for none.
func (c *command) emptied() string {
	dir := c.plan.Value("GOMODCACHE")
	if c.class.Empties&shim.ModCache == 0 || !filepath.IsAbs(dir) {
		return ""
	}
	return dir
}

// clean runs the go command on caches that are set aside, repairs what it made beside them, gives the locks back, and deletes what it would have. The
// go command's output and status are its own; the status is 1 where something cannot be deleted, as it would be.
func (c *command) clean(release func(), repairs *rights.Run) int {
	restore := clean.Keep(c.emptied())
	asides := c.setAside()
	var rubbish []*clean.Aside
	putBack := func(shim.Status) {
		if err := restore(); err != nil {
			c.say.line("%v; others may write to it; type: chmod go-w %s", err, envfix.Quote(c.emptied()))
		}
		for _, a := range asides {
			if a.Removed() {
				rubbish = append(rubbish, a)
			} else if err := a.Restore(); err != nil {
				c.say.line("%v; what go clean was to remove is in %s; type: rm -rf %s", err, a.Folder(), envfix.Quote(a.Folder()))
			}
		}
	}
	status := c.start(c.repairing(repairs, func() {}, func(start shim.Command) (shim.Status, error) {
		start.Finish = append(start.Finish, putBack)
		status, err := shim.Run(start)
		if err != nil { // it was not started
			putBack(status)
		}
		return status, err
	}))
	release()
	// From here on a signal ends us, and the next clean sweeps what remains.
	for _, a := range rubbish {
		if err := a.Delete(c.hold); err != nil {
			c.say.line("%v; type: sudo rm -rf %s", err, envfix.Quote(a.Folder()))
			status = cmp.Or(status, 1)
		}
	}
	c.sweep()
	return status
}

// setAside sets aside what the go command only removes. The toolchain that it is to run stays in its place, and so does a cache on a
// network file system: what is open there, as the hold on what was set aside would be, cannot be deleted.
func (c *command) setAside() (asides []*clean.Aside) {
	add := func(name string, a *clean.Aside, err error) {
		if err != nil {
			c.say.line("warning: %s: %v; removing it in place, as plain go would; "+
				"if that is interrupted type: "+self+" clean -%s", name, err, strings.ToLower(strings.TrimPrefix(name, "GO")))
		}
		if a != nil {
			asides = append(asides, a)
		}
	}
	if dir := c.emptied(); dir != "" && !lock.Remote(dir) && !c.runsFrom(dir) {
		a, err := clean.ModCache(dir, c.hold)
		add("GOMODCACHE", a, err)
	}
	if dir := c.plan.Value("GOCACHE"); c.class.Empties&(shim.BuildCache|shim.FuzzCache) != 0 && filepath.IsAbs(dir) && !lock.Remote(dir) {
		a, err := clean.BuildCache(dir, c.class.Empties&shim.BuildCache != 0, c.class.Empties&shim.FuzzCache != 0, c.hold)
		add("GOCACHE", a, err)
	}
	return asides
}

// sweep deletes what cleans before this one left behind when they were killed.
func (c *command) sweep() {
	for name, place := range placeOf {
		dir := c.plan.Value(name)
		if c.class.Clears&place == 0 || !filepath.IsAbs(dir) || lock.Remote(dir) {
			continue
		}
		for f, err := range clean.Sweep(dir, c.hold) {
			c.say.line("%v (left behind by an interrupted clean); type: sudo rm -rf %s", err, envfix.Quote(f))
		}
	}
}

// hold takes a folder of a clean by the lock that its cache has. What an ancestor has set aside is not for us to sweep.
func (c *command) hold(folder string) (release func(), free bool) {
	if c.noLocks {
		return func() {}, false
	}
	if release, free = lock.TryAlone(folder); !free {
		release = func() {}
	}
	return release, free
}

// runsFrom reports whether the go command, or the toolchain that it will switch to, lies in the module cache.
func (c *command) runsFrom(cache string) bool {
	cache, err := filepath.EvalSymlinks(cache)
	if err != nil {
		return false
	}
	for _, path := range []string{c.real.Path, c.real.GOROOT} {
		if path, err := filepath.EvalSymlinks(path); err == nil && strings.HasPrefix(path, cache+string(filepath.Separator)) {
			return true
		}
	}
	return c.switches()
}
