//go:build unix

package testscripts

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRaceCleanBuild removes a cache again and again while a build uses it (golang.org/issue/31948).
func TestRaceCleanBuild(t *testing.T) {
	const modules = 40
	rounds := 3
	if *long {
		rounds = 8
	}
	for _, clean := range []string{"-cache", "-modcache"} {
		t.Run(clean[1:], func(t *testing.T) {
			r := newRace(t, "-- go.mod --\nmodule m\n\ngo 1.21\n"+requirements(modules)+manyPackages(modules))
			if err := writeProxy(r.path("proxy"), modules); err != nil {
				t.Fatal(err)
			}
			r.compare("builds and cleans that failed", true, func(goCommand string) *tally {
				failed := new(tally)
				side := filepath.Base(filepath.Dir(goCommand))
				environ := append(r.proxy(), "GOSAFE_LOCK=required",
					"GOMODCACHE="+r.path("mod-"+side), "GOCACHE="+r.path("cache-"+side))
				for round := 0; round < rounds && (goCommand == r.safe || failed.failures.Load() == 0); round++ {
					build := make(chan bool)
					go func() {
						failed.run(r.command(goCommand, environ, "build", "./..."))
						close(build)
					}()
					for cleaning := true; cleaning; {
						failed.run(r.command(goCommand, environ, "clean", clean))
						select {
						case <-build:
							cleaning = false
						default:
						}
					}
				}
				return failed
			})
		})
	}
}

// proxy returns the variables with which the go command downloads what writeProxy wrote.
func (r *race) proxy() []string {
	return []string{"GOPROXY=file://" + r.path("proxy"), "GONOSUMDB=*", "GOFLAGS=-mod=mod"}
}

// manyPackages returns the files of n packages. Each imports a module and the package before it. None imports the
// standard library, which would have to be compiled again each time.
func manyPackages(n int) string {
	var b strings.Builder
	fmt.Fprint(&b, "-- p000/p.go --\npackage p\n")
	for i := range n {
		fmt.Fprintf(&b, "-- p%03d/p.go --\npackage p\n\nimport (\n\t_ %q\n\t_ \"m/p%03d\"\n)\n", i+1, moduleOf(i).Path, i)
	}
	return b.String()
}

// TestRaceCleanKilled kills a clean of the module cache at random moments. Afterwards the cache must be whole or
// empty, and the go command must find nothing wrong with it. (Plain go mostly leaves some of the files.)
func TestRaceCleanKilled(t *testing.T) {
	const modules = 60
	kills := 6
	if *long {
		kills = 20
	}
	r := newRace(t, "-- go.mod --\nmodule m\n\ngo 1.21\n"+requirements(modules))
	if err := writeProxy(r.path("proxy"), modules); err != nil {
		t.Fatal(err)
	}
	r.compare("caches in parts, or damaged", true, func(goCommand string) *tally {
		broken := new(tally)
		places := r.path("places-" + filepath.Base(filepath.Dir(goCommand)))
		cache := filepath.Join(places, "mod")
		environ := append(r.proxy(), "GOMODCACHE="+cache)
		fill := func() { mustRun(t, r.command(r.plain, environ, "mod", "download")) }
		fill()
		whole := filesIn(cache)
		began := time.Now()
		mustRun(t, r.command(goCommand, environ, "clean", "-modcache"))
		length := time.Since(began)
		random := rand.New(rand.NewPCG(3, 4))
		found := make(map[string]int)
		for range kills {
			fill()
			cmd := r.command(goCommand, environ, "clean", "-modcache")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(time.Duration(random.Int64N(int64(length))), func() { cmd.Process.Kill() })
			cmd.Wait()
			left := filesIn(cache)
			switch {
			case len(left) == 0:
				found["empty"]++
			case slices.Equal(left, whole):
				found["whole"]++
			default:
				found["in parts"]++
				broken.note(fmt.Sprintf("%d of %d files are left", len(left), len(whole)))
			}
			broken.run(r.command(goCommand, environ, "mod", "verify"))
			broken.run(r.command(goCommand, environ, "mod", "download"))
			broken.run(r.command(goCommand, environ, "mod", "verify"))
		}
		mustRun(t, r.command(goCommand, environ, "clean", "-modcache"))
		if entries, _ := os.ReadDir(places); len(entries) > 0 {
			t.Errorf("%s: the last clean has left %v", goCommand, entries)
		}
		t.Logf("%s: after %d kills within %v: %v", goCommand, kills, length, found)
		return broken
	})
}

// filesIn returns the files of a module cache, without lock files and lists of versions.
func filesIn(dir string) (files []string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.HasSuffix(path, "lock") && d.Name() != "list" {
			files = append(files, path)
		}
		return nil
	})
	return files
}
