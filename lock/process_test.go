package lock

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Processes tells who holds a lock and who waits for it.
func TestProcesses(t *testing.T) {
	needsHolders(t)
	dir := sharedDir(t)
	h := startHolder(t, command("hold", dir, "shared"))
	waiter := command("take", dir, "exclusive", "1h")
	if err := waiter.Start(); err != nil {
		t.Fatal(err)
	}
	var ps []Process
	for len(ps) < 2 {
		ps = Processes(dir)
	}
	for _, p := range ps {
		want := Process{PID: h.Process.Pid, Mode: Shared, UID: os.Geteuid()}
		if p.Waits {
			want = Process{PID: waiter.Process.Pid, Mode: Exclusive, Waits: true, UID: os.Geteuid()}
		}
		if age := time.Since(p.Since); age < 0 || age > time.Minute {
			t.Errorf("started %v ago", age)
		}
		shown := strings.Contains(p.Command, " "+dir) || strings.HasSuffix(p.Command, "…")
		if !shown {
			t.Errorf("command %q", p.Command)
		}
		p.Since, p.Command = time.Time{}, ""
		if p != want {
			t.Errorf("got %+v, want %+v", p, want)
		}
	}
	h.let()
	if err := waiter.Wait(); err != nil {
		t.Error(err)
	}
}

// Held sees each mode, and neither Held nor Processes makes anything.
func TestHeld(t *testing.T) {
	dir := sharedDir(t)
	missing := filepath.Join(dir, "missing")
	if Held(missing) || len(Processes(missing)) > 0 {
		t.Error("the lock of a missing directory is held")
	}
	if Held(dir) {
		t.Error("a free lock is held")
	}
	for _, mode := range []Mode{Shared, Exclusive} {
		h := startHolder(t, command("hold", dir, mode.String()))
		if !Held(dir) {
			t.Errorf("a lock that is held %s is free", mode)
		}
		h.let()
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", entries, err)
	}
}

// A process that has ended is left out, and nobody is named twice.
func TestDescribe(t *testing.T) {
	self, gone := entry{os.Getpid(), Shared, false}, entry{1 << 30, Exclusive, true}
	ps := describe([]entry{self, gone, self})
	if len(ps) != 1 || ps[0].PID != os.Getpid() {
		t.Errorf("%+v", ps)
	}
}

func TestCutCommand(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"/usr/bin/go", "build", "./..."}, "go build ./..."},
		{[]string{"go", "run", "/a/b"}, "go run /a/b"},
		{[]string{"/"}, ""},
		{nil, ""},
		{[]string{strings.Repeat("x", 61)}, strings.Repeat("x", 59) + "…"},
		{[]string{strings.Repeat("\xff", 70)}, strings.Repeat("\ufffd", 59) + "…"},
	} {
		if got := cutCommand(c.args); got != c.want {
			t.Errorf("%q: %q", c.args, got)
		}
	}
}
