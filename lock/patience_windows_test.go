package lock

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// build DIR ARGS... holds the shared lock until standard input ends. Below it runs a process with the command line
// ARGS.
func build(args []string) error {
	if err := startIdle(args[1:]); err != nil {
		return err
	}
	return hold([]string{args[0], "shared"})
}

// A clean waits longer for a process that runs the same program as we, and below which a tool of a build runs, if its
// user may write to the directory. For all others it waits as long as for anybody. The times are exact, however busy
// the machine is.
func TestPatience(t *testing.T) {
	const anybody, builds = pollInterval + 100*time.Millisecond, 4 * pollInterval
	const (
		work     = `C:\tmp\go-build1\b001\`
		compiles = `compile.exe -o ` + work + `_pkg_.a`
	)
	for _, tt := range []struct {
		name, args string
		mayWrite   bool
		want       time.Duration
	}{
		{"a compiler", compiles, true, builds},
		{"a compiler that was only asked something", "compile.exe -V=full", true, anybody},
		{"a test", work + "m.test.exe -test.v", true, anybody},
		{"a user who may read", compiles, false, anybody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := sharedDir(t)
			h := startHolder(t, command("build", append([]string{dir}, strings.Fields(tt.args)...)...))
			ids, err := proc.IDsOf(h.Process.Pid)
			if err != nil || len(ids.SIDs) == 0 {
				t.Fatalf("%+v, %v", ids, err)
			}
			mayWrite := func(_ string, its proc.IDs) bool { return tt.mayWrite && its.SIDs[0] == ids.SIDs[0] }
			p := &Patience{Anybody: anybody, Builds: builds, MayWrite: mayWrite}
			var busy *BusyError
			if _, err := Acquire(dir, Exclusive, p, silent); !errors.As(err, &busy) {
				t.Fatalf("got the lock, or %v", err)
			}
			if busy.Waited != tt.want {
				t.Errorf("waited for %v, want %v", busy.Waited, tt.want)
			}
			if len(busy.Blockers) != 1 || busy.Blockers[0].PID != h.Process.Pid {
				t.Errorf("blockers %+v, want %d", busy.Blockers, h.Process.Pid)
			}
		})
	}
}
