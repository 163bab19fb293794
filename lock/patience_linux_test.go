package lock

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/unix"
)

// build DIR NAME ARGS... holds the shared lock in a process called NAME until standard input ends. Below it runs a
// process with the command line ARGS. With BESIDE=1 there is none below it, with HIDE=1 the process cannot be
// dumped.
func build(args []string) error {
	if err := os.WriteFile("/proc/self/comm", []byte(args[1]), 0); err != nil {
		return err
	}
	if os.Getenv("HIDE") != "" {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			return err
		}
	}
	if os.Getenv("BESIDE") == "" {
		if err := startIdle(args[2:]); err != nil {
			return err
		}
	}
	return hold([]string{args[0], "shared"})
}

// A clean waits longer for a go-safe below which a tool of a build runs, if its user may write to the directory.
// For all others it waits as long as for anybody. The times are exact, however busy the machine is.
func TestPatience(t *testing.T) {
	const anybody, builds = pollInterval + 100*time.Millisecond, 4 * pollInterval
	const (
		work     = "/tmp/go-build1/b001/"
		compiles = "compile -o " + work + "_pkg_.a"
	)
	for _, tt := range []struct {
		name, holder, args, environ string
		uid                         int
		want                        time.Duration
	}{
		{"a compiler", "go", compiles, "", -1, builds},
		{"a linker, by another name of go-safe", "go-safe", "ld.gold -o " + work + "exe/a.out", "", -1, builds},
		{"a compiler that was only asked something", "go", "compile -V=full", "", -1, anybody},
		{"a test", "go", work + "m.test -test.v", "", -1, anybody},
		{"a test behind another program", "go", "qemu " + work + "m.test -test.v", "", -1, anybody},
		{"a compiler that another process has started", "go", compiles, "BESIDE=1", -1, anybody},
		{"another program than go-safe", "flock", compiles, "", -1, anybody},
		{"a user who may write", "go", compiles, "", 12345, builds},
		{"a user who may read", "go", compiles, "", 12346, anybody},
		{"a user who may read, whose process shows root as its owner", "go", compiles, "HIDE=1", 12346, anybody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.uid >= 0 && os.Geteuid() != 0 {
				t.Skip("needs root")
			}
			dir := sharedDir(t)
			cmd := as(tt.uid, command("build", append([]string{dir, tt.holder}, strings.Fields(tt.args)...)...))
			cmd.Env = append(cmd.Env, tt.environ)
			startHolder(t, cmd)
			if tt.environ == "BESIDE=1" {
				beside := command("idle")
				beside.Args = strings.Fields(tt.args)
				startHolder(t, beside)
			}
			mayWrite := func(_ string, ids proc.IDs) bool {
				return ids.UID == os.Geteuid() || ids.UID == 12345 && slices.Contains(ids.Groups, 12345)
			}
			p := &Patience{Anybody: anybody, Builds: builds, MayWrite: mayWrite}
			var busy *BusyError
			if _, err := Acquire(dir, Exclusive, p, silent); !errors.As(err, &busy) {
				t.Fatalf("got the lock, or %v", err)
			}
			if busy.Waited != tt.want {
				t.Errorf("waited for %v, want %v", busy.Waited, tt.want)
			}
			if want := max(tt.uid, os.Geteuid()); len(busy.Blockers) != 1 || busy.Blockers[0].UID != want {
				t.Errorf("blockers %+v, want one of uid %d", busy.Blockers, want)
			}
		})
	}
}

// What a command has waited for one lock is taken off for the next.
func TestPatienceIsForAll(t *testing.T) {
	first, second := sharedDir(t), sharedDir(t)
	p := &Patience{Anybody: blocksFor}
	for _, dir := range []string{first, second} {
		startHolder(t, command("hold", dir, "shared"))
		var busy *BusyError
		if _, err := Acquire(dir, Exclusive, p, silent); !errors.As(err, &busy) {
			t.Fatalf("got the lock, or %v", err)
		}
		if dir == first && busy.Waited != blocksFor || dir == second && busy.Waited > 0 {
			t.Errorf("waited for %v", busy.Waited)
		}
	}
}
