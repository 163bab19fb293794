package main

import (
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/shim"
)

// locks returns the locks that the command holds until it ends, always in this order, so that no two commands
// wait for each other. A command that runs a program holds none, because nobody can see when the build before
// it is over.
func (c *command) locks() []cachelock.Lock {
	if c.NoLocks {
		return nil
	}
	uses := c.Line.Writes & (shim.ModCache | shim.BuildCache)
	// A command that writes nothing itself, like go version, may download a toolchain
	// (cmd/go/internal/toolchain.Select).
	if c.Line.Writes == 0 && c.Switches() {
		uses = shim.ModCache
	}
	if c.Line.RunsProgram {
		uses = 0
	}
	uses |= c.Line.Removes
	var list []cachelock.Lock
	add := func(l cachelock.Lock) {
		if filepath.IsAbs(l.Dir) { // else it is GOCACHE=off, or a value that the go command will refuse
			list = append(list, l)
		}
	}
	if uses&shim.ModCache != 0 { // only then, because modcacheLock may look at the cache
		add(c.modcacheLock())
	}
	if uses&shim.BuildCache != 0 && !c.leavesMissing() {
		l := cachelock.Lock{Name: "GOCACHE", Dir: c.Plan.BuildCache.Value, Mode: lock.Shared}
		if c.Line.Removes&shim.BuildCache != 0 {
			l.Mode = lock.Exclusive
		}
		add(l)
	}
	if c.Line.Writes == shim.EnvFile { // an unknown command may write there too, and is not locked
		add(cachelock.Lock{Name: "GOENV", Dir: filepath.Dir(c.Settings.EnvFile), Mode: lock.Exclusive})
	}
	return list
}

// leavesMissing reports whether the command finds no build cache and makes none, as go clean -testcache. To lock a
// missing cache go-safe makes it, and in the new directory that command would write its file.
func (c *command) leavesMissing() bool {
	return c.Line.Verb == "clean" && c.Line.Removes == 0 && !fsinfo.Exists(c.Plan.BuildCache.Value)
}

// modcacheLock returns the lock on the module cache. It is exclusive also while the command prepares a toolchain
// there, because no other user may run the toolchain before that.
func (c *command) modcacheLock() cachelock.Lock {
	l := cachelock.Lock{Name: "GOMODCACHE", Dir: c.Plan.ModCache.Value, Mode: lock.Shared}
	if c.Line.Removes&shim.ModCache != 0 || c.SetsUpToolchain() {
		l.Mode = lock.Exclusive
	}
	return l
}

// The go command adds to the module cache while it loads packages, before it compiles or runs anything. If new
// entries need a repair, only one command at a time may load, because other users may not be able to use new
// entries before the repair. The load lock sees to that: it is the exclusive lock on the folder cache in the module
// cache. A command holds it only while it loads, so builds do not wait for each other.

// lockBeforeStart takes the load lock until releaseLoad is called. A command that runs a program loads before it
// starts.
func (c *command) lockBeforeStart(r *repair.Run) (releaseLoad func(), err error) {
	if c.Line.RunsProgram {
		return func() {}, c.loadBeforeRun(r)
	}
	return c.lockLoad(r)
}

// lockLoad takes the load lock if the command may need it, and returns a function that releases it.
func (c *command) lockLoad(r *repair.Run) (releaseLoad func(), err error) {
	cache := c.Plan.ModCache.Value
	if c.NoLocks || !r.DueIn(cache) {
		return func() {}, nil
	}
	dir := cachelock.LoadDir(cache)
	r.MakeOpen(cache, filepath.Base(dir))
	release, err := c.locker.Acquire(cachelock.Lock{Name: "GOMODCACHE", Dir: dir, Mode: lock.Exclusive})
	if release == nil {
		return func() {}, err
	}
	return sync.OnceFunc(release), nil
}

const (
	loadPoll   = 20 * time.Millisecond // how often to look whether the go command still loads
	loadRepair = 2 * time.Second       // how often to repair: a waiting command goes on without the lock after a while
)

// repairWhileLoading repairs what the go command makes while it loads, and then calls releaseLoad. Stop ends that
// without a call of releaseLoad.
func repairWhileLoading(r *repair.Run, releaseLoad func()) (stop func()) {
	return inBackground(func(over <-chan bool) {
		due := time.Now().Add(loadRepair / 2)
		for {
			select {
			case <-over:
				return
			case <-time.After(loadPoll):
			}
			builds := proc.BuildsOrTests(os.Getpid())
			if !builds && time.Now().Before(due) {
				continue
			}
			began := time.Now()
			r.Repair()
			if builds {
				releaseLoad()
				return
			}
			due = time.Now().Add(max(loadRepair, 20*time.Since(began)))
		}
	})
}

// inBackground calls do in a goroutine. Stop tells do to end, and waits until it has ended.
func inBackground(do func(over <-chan bool)) (stop func()) {
	over, stopped := make(chan bool), make(chan struct{})
	go func() {
		defer close(stopped)
		do(over)
	}()
	return func() {
		close(over)
		<-stopped
	}
}
