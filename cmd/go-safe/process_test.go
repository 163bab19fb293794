//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A command that needs no lock and no repair replaces go-safe: it is the same process, with the same name. Others are
// children.
func TestExecOrChild(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set(`FAKE=echo $$; exit 4`)
	for _, tt := range []struct {
		line  string
		vars  string
		child bool
	}{
		{"version", "", false},
		{"env", "", false},
		{"run .", "", false},
		{"build", "", true},
		{"version", "GOSAFE_EXEC=child", true},
		{"build", "GOSAFE_LOCK=off", false},
		{"build", "GOSAFE=off", false},
	} {
		p.set("GOSAFE=", "GOSAFE_EXEC=", "GOSAFE_LOCK=")
		p.set(tt.vars)
		c := p.start(strings.Fields(tt.line)...)
		printed, said, state := c.end()
		same := printed == fmt.Sprintln(c.Process.Pid)
		if state != "exit status 4" || said != "" || same == tt.child {
			t.Errorf("%s go %s: printed %q as pid %d, said %q, %s", tt.vars, tt.line, printed, c.Process.Pid, said, state)
		}
	}
}

// With GOSAFE=off nothing is changed, although nothing works.
func TestOff(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"f": ""})
	p.set("GOSAFE=off", "GOCACHE=$W/f/c", "TMPDIR=$W/none", "GOSAFE_LOCK=bogus", `FAKE=echo "$GOCACHE $TMPDIR $GOTMPDIR"`)
	printed, said, state := p.start("build").end()
	if got := p.shown(printed); got != "$W/f/c $W/none \n" || said != "" || state != "exit status 0" {
		t.Errorf("printed %q, said %q, %s", got, said, state)
	}
	if _, err := os.Stat(p.path("home/.cache")); err == nil {
		t.Error("a private folder was made")
	}
}

// go-safe dies as the go command dies.
func TestDies(t *testing.T) {
	p := newPlace(t, t.TempDir())
	for _, line := range []string{"version", "build"} {
		for signal, want := range map[string]string{"KILL": "signal: killed", "TERM": "signal: terminated"} {
			p.set("FAKE=kill -" + signal + " $$")
			if _, said, state := p.start(line).end(); state != want || said != "" {
				t.Errorf("go %s, SIG%s: %s, said %q", line, signal, state, said)
			}
		}
	}
}

// A signal that is sent only to go-safe reaches the go command, which decides what comes of it. The lock is released.
func TestForwards(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set(`FAKE=trap 'echo USR1' USR1; trap 'kill -9 $!; echo TERM; exit 6' TERM; echo ready; ` +
		`sleep 1000 & while :; do wait $!; done`)
	c := p.start("build")
	if line := c.line(); line != "ready" {
		t.Fatalf("%q", line)
	}
	if !p.held("cache") {
		t.Error("the lock is not held")
	}
	lines := make(chan string)
	go func() { lines <- c.line() }()
	for line := ""; line == ""; { // signals are caught a little after the start
		c.Process.Signal(unix.SIGUSR1)
		select {
		case line = <-lines:
			if line != "USR1" {
				t.Fatalf("%q", line)
			}
		default:
		}
	}
	c.Process.Signal(unix.SIGTERM)
	printed, said, state := c.end()
	if printed = strings.ReplaceAll(printed, "USR1\n", ""); printed != "TERM\n" || said != "" || state != "exit status 6" {
		t.Errorf("printed %q, said %q, %s", printed, said, state)
	}
	if p.held("cache") {
		t.Error("the lock is held")
	}
}

// The streams are the go command's.
func TestStreams(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set(`FAKE=echo out; echo err >&2`)
	for _, line := range []string{"version", "build"} {
		if printed, said, state := p.start(line).end(); printed != "out\n" || said != "err\n" || state != "exit status 0" {
			t.Errorf("go %s: printed %q, said %q, %s", line, printed, said, state)
		}
	}
}

// go safe is answered by go-safe, with the go that it found.
func TestSafe(t *testing.T) {
	p := newPlace(t, t.TempDir())
	printed, said, state := p.start("safe", "version", "-v").end()
	if got := p.shown(printed); !strings.Contains(got, "real go      $W/tree/bin/go\nGOROOT       $W/tree\n") ||
		said != "" || state != "exit status 0" || p.log() != "" {
		t.Errorf("printed %q, said %q, %s", got, said, state)
	}
}
