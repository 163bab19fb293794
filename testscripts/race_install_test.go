//go:build unix

package testscripts

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const versionModule = `
-- go.mod --
module prog

go 1.21
-- prog.go --
package main

var version string

func main() { print(version, " is whole\n") }
`

// TestRaceInstall runs a program in a loop while eight go install replace it, each with versions of its own. The
// directory is setgid, so the go command copies. Each run must get a whole program.
func TestRaceInstall(t *testing.T) {
	enough := int32(40) // installs; while they run, some hundreds of runs fail with plain go
	if *long {
		enough = 120
	}
	r := newRace(t, versionModule)
	r.compare("runs", true, func(goCommand string) *tally {
		bin, err := os.MkdirTemp(r.root, "bin")
		if err == nil {
			err = os.Chmod(bin, 0o755|fs.ModeSetgid)
		}
		if err != nil {
			t.Fatal(err)
		}
		runs, installs := new(tally), new(tally)
		install := func(version string) {
			environ := []string{"GOENV=off", "GOBIN=" + bin}
			installs.run(r.command(goCommand, environ, "install", "-ldflags=-X=main.version="+version))
		}
		install("first")
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for n := 0; installs.tries.Load() < enough; n++ {
					install(fmt.Sprintf("%d.%d", i, n%2))
				}
			})
		}
		for range 4 {
			all.Go(func() {
				for installs.tries.Load() < enough {
					out, err := exec.Command(filepath.Join(bin, "prog")).CombinedOutput()
					if err == nil && strings.HasSuffix(string(out), " is whole\n") {
						runs.note("")
					} else {
						runs.note(fmt.Sprintf("%v %s", err, out))
					}
				}
			})
		}
		all.Wait()
		t.Logf("installs by %s: %v", goCommand, installs)
		if goCommand == r.safe && installs.failures.Load() > 0 {
			t.Error("an install failed")
		}
		r.leftNothing(bin)
		return runs
	})
}

// leftNothing fails the test if anything except the program is left in bin, or a stage in the temp folder.
func (r *race) leftNothing(bin string) {
	for _, pattern := range []string{bin + "/.*", bin + "/*", r.path("tmp/*/go-safe-*")} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, name := range names {
			if filepath.Base(name) != "prog" {
				r.t.Errorf("left: %s", name)
			}
		}
	}
}
