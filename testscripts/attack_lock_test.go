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
)

// patientLocks lets no time be over while a machine with too much to do shows whether locks keep builds and
// cleans apart.
var patientLocks = []string{"GOSAFE_LOCK=required", "GOSAFE_LOCK_TIMEOUT=10m"}

// newLoad is a race in a module of n packages, each of which needs a module of its own, and caches that are filled.
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

// TestAttackLockLoad has builds run all the time and caches cleaned all the time.
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

// nestedModule has a test and a Makefile that run go by its absolute path, WRAPPER, in two more levels, and a
// clean among them.
const nestedModule = `
-- nested/nested_test.go --
package nested

import (
	"os"
	"os/exec"
	"testing"
)

func TestNested(t *testing.T) {
	for _, args := range [][]string{{"make", "-s", "-j4", "all"}, {os.Getenv("WRAPPER"), "list", "-deps", "m/..."}, {"make", "-s", "-j4", "all"}} {
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

// TestAttackLockNested has tests run make, and make run go through the wrapper, beside builds and cleans that
// are nobody's children. Nobody waits for an ancestor: that would take ten minutes.
func TestAttackLockNested(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("needs make")
	}
	r, filled := newLoad(t, 4, nestedModule)
	r.compare("nested commands", false, func(goCommand string) *tally {
		environ, failed := filled(goCommand), new(tally)
		if goCommand == r.plain {
			return failed // it keeps nothing apart
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

// A busyCache is always used by builds, each of which takes some seconds, until end is called.
type busyCache struct {
	r       *race
	environ []string
	over    atomic.Bool
	all     sync.WaitGroup
	mu      sync.Mutex
	said    []string // by each build
}

// newBusyCache starts the builds: several, that do not end at the same time, of so many seconds. Their go is a
// script that runs, as long as that, a program called compile.
func newBusyCache(t *testing.T, seconds string) *busyCache {
	if !*attack {
		t.Skip("needs -attack")
	}
	r := newRace(t, "-- bin/compile --\n#!/bin/sh\nsleep $1\n-- bin/go --\n#!/bin/sh\ntest \"$1\" = clean || \"${0%/*}/compile\" "+seconds+"\n")
	for _, name := range []string{"compile", "go"} {
		if err := os.Chmod(r.path("module/bin/"+name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b := &busyCache{r: r, environ: []string{"GOSAFE_GO=" + r.path("module/bin/go"), "GOCACHE=" + r.path("cache"), "GOMODCACHE=" + r.path("mod")}}
	began := make(chan bool)
	for range 3 {
		b.all.Go(func() {
			for first := true; !b.over.Load(); first = false {
				out, err := r.command(r.safe, slices.Concat(b.environ, []string{"GOSAFE_LOCK_TIMEOUT=1h"}), "build").CombinedOutput()
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
		mustRun(t, exec.Command("sleep", "1")) // they are not to end together
	}
	<-began
	go func() {
		for range began {
		}
	}()
	return b
}

// clean cleans the cache, ends the builds, and returns what the clean has said. No build may have waited for
// longer than the gate is closed, or have gone on without the lock.
func (b *busyCache) clean(t *testing.T) (said string) {
	out, err := b.r.command(b.r.safe, b.environ, "clean", "-cache").CombinedOutput()
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
		if strings.Count(s, "waiting for") > 1 { // it says so after a second, and after ten
			long++
		}
	}
	if long > 1 { // one may have begun at the very moment at which the gate closed
		t.Errorf("%d builds of %d waited for ten seconds: %q", long, len(b.said), b.said)
	}
	t.Logf("%d builds; the clean: %s", len(b.said), out)
	return string(out)
}

// Where a build always runs, the gate lets a clean in.
func TestAttackLockBusy(t *testing.T) {
	t.Parallel()
	if said := newBusyCache(t, "4").clean(t); strings.Contains(said, "warning") {
		t.Error("the clean went on without the lock")
	}
}

// Where builds take longer than the gate is closed it does not, and the clean goes on after two minutes. The
// builds wait for it no longer than ten seconds in each.
func TestAttackLockBusyForLong(t *testing.T) {
	t.Parallel()
	said := newBusyCache(t, "25").clean(t)
	if !regexp.MustCompile(`(?m)^go-safe: warning: GOCACHE: .* was held for 2m0s by pid .*; going on without the lock`).MatchString(said) {
		t.Error("the clean did not go on after two minutes")
	}
}
