//go:build linux

package testscripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// patientLocks makes all commands wait for their locks, however slow the machine is. So the test shows whether locks
// keep builds and cleans apart.
var patientLocks = []string{"GOSAFE_LOCK=required", "GOSAFE_LOCK_TIMEOUT=10m"}

// newLoad returns a race in a module of n packages, each of which needs a module of its own, and a function that
// fills caches and returns the environment for one side.
func newLoad(t *testing.T, n int, archive string) (r *race, environ func(goCommand string) []string) {
	if !*attack {
		t.Skip("needs -attack")
	}
	r = newRace(t, "-- go.mod --\nmodule m\n\ngo 1.21\n"+requirements(n)+manyPackages(n)+archive)
	if err := writeProxy(r.path("proxy"), n); err != nil {
		t.Fatal(err)
	}
	return r, func(goCommand string) []string {
		side := filepath.Base(filepath.Dir(goCommand))
		environ := append(r.proxy(), "GOMODCACHE="+r.path("mod-"+side), "GOCACHE="+r.path("cache-"+side))
		environ = append(environ, patientLocks...)
		mustRun(t, r.command(goCommand, environ, "build", "./..."))
		return environ
	}
}

// TestAttackLockLoad runs builds and cleans all the time.
func TestAttackLockLoad(t *testing.T) {
	r, filled := newLoad(t, 20, "")
	r.compare("builds beside cleans", true, func(goCommand string) *tally {
		environ, failed := filled(goCommand), new(tally)
		var builders, cleaners sync.WaitGroup
		var over atomic.Bool
		for range 4 {
			builders.Go(func() {
				for range 5 {
					failed.run(r.command(goCommand, environ, "build", "./..."))
				}
			})
		}
		for _, which := range [][]string{{"clean", "-cache"}, {"clean", "-modcache"}, {"clean", "-cache", "-modcache"}} {
			cleaners.Go(func() {
				for !over.Load() {
					failed.run(r.command(goCommand, environ, which...))
				}
			})
		}
		builders.Wait()
		over.Store(true)
		cleaners.Wait()
		return failed
	})
}

// TestAttackLockCrowd starts 64 short commands at once.
func TestAttackLockCrowd(t *testing.T) {
	r, filled := newLoad(t, 5, "")
	r.compare("64 commands at once", true, func(goCommand string) *tally {
		environ, failed := filled(goCommand), new(tally)
		var all sync.WaitGroup
		for i := range 64 {
			args := []string{"build", "./..."}
			switch i % 16 {
			case 0:
				args = []string{"clean", "-cache"}
			case 8:
				args = []string{"clean", "-modcache"}
			}
			all.Go(func() { failed.run(r.command(goCommand, environ, args...)) })
		}
		all.Wait()
		return failed
	})
}

// nestedModule has a test that runs make, and make runs go by its absolute path, $WRAPPER. So go commands are nested
// two more levels deep, and one of them is a clean.
const nestedModule = `
-- nested/nested_test.go --
package nested

import (
	"os"
	"os/exec"
	"testing"
)

func TestNested(t *testing.T) {
	jobs := []string{"make", "-s", "-j4", "all"}
	for _, args := range [][]string{jobs, {os.Getenv("WRAPPER"), "list", "-deps", "m/..."}, jobs} {
		cmd := exec.Command(args[0], args[1:]...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
}
-- nested/Makefile --
all: a b c d
a b:
	@$(WRAPPER) build m/p000 m/p001 m/p002
c:
	@$(WRAPPER) vet m/p001
d:
	@test -z "$(CLEANS)" || $(WRAPPER) clean -cache
`

// TestAttackLockNested runs tests that run make, which runs the wrapper, beside builds and cleans that are not their
// children. Nobody may wait for an ancestor: that would take ten minutes.
func TestAttackLockNested(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("needs make")
	}
	r, filled := newLoad(t, 4, nestedModule)
	r.compare("nested commands", false, func(goCommand string) *tally {
		environ, failed := filled(goCommand), new(tally)
		if goCommand == r.plain {
			return failed // plain go has no locks
		}
		environ = append(environ, "WRAPPER="+goCommand)
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				for range 2 {
					switch i {
					case 0:
						failed.run(r.command(goCommand, slices.Concat(environ, []string{"CLEANS=1"}), "test", "-count=1", "./nested"))
					case 1:
						failed.run(r.command(goCommand, environ, "test", "-count=1", "./nested"))
					case 2:
						failed.run(r.command(goCommand, environ, "clean", "-cache"))
					case 3:
						failed.run(r.command(goCommand, environ, "build", "./..."))
					}
				}
			})
		}
		all.Wait()
		return failed
	})
}

// A busyCache is used by builds all the time, until over is true. Each build takes some seconds.
type busyCache struct {
	r       *race
	environ []string
	over    atomic.Bool
	all     sync.WaitGroup
	mu      sync.Mutex
	said    []string // by each build
}

// newBusyCache starts several builds that do not end at the same time. Each takes the given number of seconds. Their
// go is a script that runs a program for so long, with an argument as tools of a build have. It returns when the first
// build has ended, or at once if atOnce is true.
func newBusyCache(t *testing.T, seconds string, atOnce bool) *busyCache {
	if !*attack {
		t.Skip("needs -attack")
	}
	r := newRace(t, "-- bin/compile --\n#!/bin/sh\nsleep $1\n"+
		"-- bin/go --\n#!/bin/sh\ntest \"$1\" = clean || \"${0%/*}/compile\" "+seconds+" /go-build1/b001/x\n")
	for _, name := range []string{"compile", "go"} {
		if err := os.Chmod(r.path("module/bin/"+name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b := &busyCache{r: r, environ: []string{
		"GOSAFE_GO=" + r.path("module/bin/go"), "GOCACHE=" + r.path("cache"), "GOMODCACHE=" + r.path("mod"),
	}}
	began := make(chan bool)
	for range 3 {
		b.all.Go(func() {
			for first := true; !b.over.Load(); first = false {
				patient := slices.Concat(b.environ, []string{"GOSAFE_LOCK_TIMEOUT=1h"})
				out, err := r.command(r.safe, patient, "build").CombinedOutput()
				if err != nil {
					t.Errorf("a build: %v: %s", err, out)
				}
				b.mu.Lock()
				b.said = append(b.said, string(out))
				b.mu.Unlock()
				if first {
					began <- true
				}
			}
		})
		mustRun(t, exec.Command("sleep", "1")) // so that they do not end together
	}
	if !atOnce {
		<-began
	}
	go func() {
		for range began {
		}
	}()
	return b
}

// clean cleans the cache, ends the builds, and returns what the clean said. No build may have waited for longer than
// the gate was closed, and none may have gone on without the lock.
func (b *busyCache) clean(t *testing.T) (said string) {
	began := time.Now()
	out, err := b.r.command(b.r.safe, b.environ, "clean", "-cache").CombinedOutput()
	took := time.Since(began)
	if err != nil {
		t.Errorf("the clean: %v: %s", err, out)
	}
	b.over.Store(true)
	b.all.Wait()
	long := 0
	for _, s := range b.said {
		if strings.Contains(s, "warning") {
			t.Errorf("a build: %s", s)
		}
		if strings.Count(s, "waiting for") > 1 { // it says so after one second, and after ten
			long++
		}
	}
	if long > 1 { // one may have begun just when the gate closed
		t.Errorf("%d builds of %d waited for ten seconds: %q", long, len(b.said), b.said)
	}
	t.Logf("%d builds; the clean took %v: %s", len(b.said), took, out)
	return string(out)
}

// The gate lets a clean in, although at every moment some build runs.
func TestAttackLockBusy(t *testing.T) {
	t.Parallel()
	if said := newBusyCache(t, "4", false).clean(t); strings.Contains(said, "warning") {
		t.Error("the clean went on without the lock")
	}
}

// If builds outlast the patience of a clean, it goes on after two minutes.
func TestAttackLockBusyForLong(t *testing.T) {
	t.Parallel()
	said := newBusyCache(t, "150", true).clean(t)
	warning := `(?m)^go-safe: warning: GOCACHE: .* was held for 2m0s by pid .*; going on without the lock`
	if !regexp.MustCompile(warning).MatchString(said) {
		t.Error("the clean did not go on after two minutes")
	}
}
