package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/toolchain"
	"github.com/go-safe/go-safe/internal/tree"
	"github.com/go-safe/go-safe/shim"
)

// openRepairsAgain is for a command that has waited for a lock. The command that had it may have given a cache to
// another owner (go safe fix), shared it or emptied it.
func (c *command) openRepairsAgain(began time.Time, repairs *repair.Run) *repair.Run {
	repairs.Close()
	c.LookAgain()
	return repair.Open(began, c.Caches.Of, c.RepairPlaces())
}

// runChild runs the real go as a child and repairs what it makes: while it runs, and at its end before anybody learns
// how it ended. It calls releaseLoad when the command adds nothing more to the module cache, if it can see that.
func (c *command) runChild(start shim.Command, r *repair.Run, releaseLoad func()) (shim.Status, *tree.Report, error) {
	report := new(tree.Report)
	if tools := c.DownloadedToolchains(); r.Due() || tools != nil {
		stop := sync.OnceFunc(c.repairMeanwhile(r, releaseLoad))
		defer stop() // if the command could not be started
		start.OnExit = slices.Insert(start.OnExit, 0, func(status shim.Status) {
			stop()
			if status.Signal == nil && status.Code == 0 {
				c.setUpToolchains(tools)
			}
			report = r.Repair()
		})
	}
	status, err := shim.Run(start)
	return status, report, err
}

// repairMeanwhile repairs while the command runs, if other users may wait for that. Stop ends it.
func (c *command) repairMeanwhile(r *repair.Run, releaseLoad func()) (stop func()) {
	switch {
	case c.Line.RunsProgram:
		return repairRepeatedly(r)
	case r.DueIn(c.Plan.ModCache.Value):
		return repairWhileLoading(r, releaseLoad)
	}
	return func() {}
}

// loadBeforeRun lets go run load what its program needs, and the toolchain, with the flag -n, and repairs that
// under a lock. Later, while the program runs, the command holds no lock, and other users must not meet entries
// without a repair.
func (c *command) loadBeforeRun(r *repair.Run) error {
	cache := c.Plan.ModCache.Value
	if c.Line.Verb != "run" || c.NoLocks || !r.DueIn(cache) && !c.SetsUpToolchain() {
		return nil
	}
	release, err := c.locker.AcquireAll([]cachelock.Lock{c.modcacheLock()})
	if err != nil {
		return err
	}
	defer release()
	releaseLoad, err := c.lockLoad(r)
	if err != nil {
		return err
	}
	defer releaseLoad()
	proc.Run(proc.Command{ // an error comes again in the real run, and is printed there
		Path:    c.Real.Path,
		Args:    slices.Insert(slices.Clone(c.Line.Args), c.Line.ArgsAt, "-n"),
		Environ: c.Environ,
		Last:    func() { r.Repair() },
	})
	shim.DeferSignals(func() { r.Repair() })
	return nil
}

// repairRepeatedly repairs while a command runs, first after a second and then in longer and longer intervals, up
// to a minute. Repairs take at most a twentieth of the time. Nobody can see when go run has finished its work in
// the caches and only the program runs, and other users should not have to wait for the program's end. Root gives
// away new files as usual: root runs a program from these caches, so their owners could get at root's files anyway.
func repairRepeatedly(r *repair.Run) (stop func()) {
	return inBackground(func(over <-chan bool) {
		for pause := time.Second; ; {
			select {
			case <-over:
				return
			case <-time.After(pause):
				began := time.Now()
				r.Repair()
				pause = max(min(2*pause, time.Minute), 20*time.Since(began))
			}
		}
	})
}

// setUpToolchains prepares toolchains that the command downloaded, so that other users can run them.
func (c *command) setUpToolchains(versions []string) {
	cache := c.Plan.ModCache.Value
	for _, version := range versions {
		if err := toolchain.Prepare(cache, version); err != nil && !errors.Is(err, fs.ErrNotExist) {
			name := strings.TrimPrefix(version, "v0.0.1-")
			name = name[:max(0, strings.LastIndex(name, "."))] // without the system
			c.say.Warn("%s in %s: %v; others cannot use it before you; run: GOTOOLCHAIN=%s "+
				shell.Self+" version", name, cache, err, name)
		}
	}
}
