package main

import (
	"path/filepath"
	"sync"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/rights"
)

// The go command adds to the module cache while it loads packages, before it compiles or runs anything. Where
// new entries need a repair, commands load one at a time: until their repair other users may be unable to go on
// from there. The lock for that is the exclusive one on the folder cache of the module cache. Builds hold it
// for as long as they load, and so do not wait for each other.

// loadDir is what is locked for that.
func loadDir(cache string) string { return filepath.Join(cache, "cache") }

// lockLoad takes that lock if the command may need it, and returns what gives it back.
func (c *command) lockLoad(r *rights.Run) (loaded func(), err error) {
	cache := c.plan.Value("GOMODCACHE")
	if c.noLocks || !r.DueIn(cache) {
		return func() {}, nil
	}
	r.MakeOpen(cache, filepath.Base(loadDir(cache)))
	release, err := c.take(want{"GOMODCACHE", loadDir(cache), lock.Exclusive})
	if release == nil {
		return func() {}, err
	}
	return sync.OnceFunc(release), nil
}

const (
	loadPoll   = 20 * time.Millisecond // between two looks whether the go command loads
	loadRepair = 2 * time.Second       // between two repairs meanwhile: who waits goes on without the lock some time
)

// whileLoading repairs what the go command makes while it loads, and calls loaded after that. The function that
// it returns ends that, and does not call it.
func whileLoading(r *rights.Run, loaded func()) (stop func()) {
	return inBackground(func(over <-chan bool) {
		due := time.Now().Add(loadRepair / 2)
		for {
			select {
			case <-over:
				return
			case <-time.After(loadPoll):
			}
			builds := proc.Builds()
			if !builds && time.Now().Before(due) {
				continue
			}
			began := time.Now()
			r.Repair()
			if builds {
				loaded()
				return
			}
			due = time.Now().Add(max(loadRepair, 20*time.Since(began)))
		}
	})
}

// inBackground calls do, and returns what tells it to end and waits for that.
func inBackground(do func(over <-chan bool)) (stop func()) {
	over, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		do(over)
	}()
	return func() {
		close(over)
		<-stopped
	}
}
