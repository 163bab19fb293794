package lock

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func init() {
	roles["build"], roles["named"], roles["marks"], roles["many"] = build, named, marks, many
}

// build DIR NAME TOOL holds the shared lock as a process called NAME does below which a program called TOOL
// runs, until standard input ends. With BESIDE=1 it is not below it, with HIDE=1 the process cannot be dumped.
func build(args []string) error {
	if err := os.WriteFile("/proc/self/comm", []byte(args[1]), 0); err != nil {
		return err
	}
	if os.Getenv("HIDE") != "" {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			return err
		}
	}
	tool := command("named", args[2])
	tool.Stdin = os.Stdin
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	tool.Stdout = w
	if os.Getenv("BESIDE") == "" {
		if err := tool.Start(); err != nil {
			return err
		}
		bufio.NewReader(r).ReadString('\n')
	}
	return hold([]string{args[0], "shared"})
}

// many DIR holds the shared lock a thousand times until standard input ends.
func many(args []string) error {
	for range 999 {
		if _, err := acquire(args[0], Shared, time.Hour); err != nil {
			return err
		}
	}
	return hold([]string{args[0], "shared"})
}

// named NAME is a process of that name until standard input ends.
func named(args []string) error {
	if err := os.WriteFile("/proc/self/comm", []byte(args[0]), 0); err != nil {
		return err
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	return nil
}

// marks DIR marks the directory for an exclusive lock at every moment of the minute, until standard input ends.
func marks(args []string) error {
	l, err := open(args[0], false)
	if err != nil {
		return err
	}
	all := unix.Flock_t{Type: unix.F_RDLCK, Start: firstMoment, Len: gatePeriod.Milliseconds()}
	if err := unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &all); err != nil {
		return err
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	return nil
}

// A clean waits longer for a go-safe that compiles, if its user may write to the directory: a process that
// bears the names alone, that runs tests, or whose user may only read gets the time of anybody. The times are
// exact, whatever the machine does meanwhile.
func TestPatience(t *testing.T) {
	const anybody, builds = interval + 100*time.Millisecond, 4 * interval
	for _, tt := range []struct {
		name, holder, tool, environ string
		uid                         int
		want                        time.Duration
	}{
		{"a compiler", "go", "compile", "", -1, builds},
		{"a linker, by another name of go-safe", "go-safe", "ld.gold", "", -1, builds},
		{"a compiler of a cross toolchain", "go", "aarch64-linux-gnu-gcc", "", -1, builds},
		{"a test", "go", "m.test", "", -1, anybody},
		{"a compiler that another process has started", "go", "compile", "BESIDE=1", -1, anybody},
		{"another program than go-safe", "flock", "compile", "", -1, anybody},
		{"a user who may write", "go", "compile", "", 12345, builds},
		{"a user who may read", "go", "compile", "", 12346, anybody},
		{"a user who may read, whose process shows root as its owner", "go", "compile", "HIDE=1", 12346, anybody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.uid >= 0 && os.Geteuid() != 0 {
				t.Skip("needs root")
			}
			dir := sharedDir(t)
			cmd := as(tt.uid, command("build", dir, tt.holder, tt.tool))
			cmd.Env = append(cmd.Env, tt.environ)
			startHolder(t, cmd)
			if tt.environ == "BESIDE=1" {
				startHolder(t, command("named", tt.tool))
			}
			p := &Patience{Anybody: anybody, Builds: builds, Writes: func(_ string, uid int, groups []int) bool {
				return uid == os.Geteuid() || uid == 12345 && slices.Contains(groups, 12345)
			}}
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

// What one lock has cost is not there for the next.
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

// Who holds a lock a thousand times is one holder.
func TestOneOfMany(t *testing.T) {
	dir := sharedDir(t)
	h := startHolder(t, command("many", dir))
	l, err := open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	l.mark(Exclusive)
	if got := l.others(); len(got) != 1 || got[0].pid != h.Process.Pid {
		t.Errorf("%d holders, the first %v; want one of pid %d", len(got), got[:min(1, len(got))], h.Process.Pid)
	}
}

// A user who can read a directory marks it at every moment, for ever. Who wants a shared lock waits as long as for any
// holder, is told whose mark that is, and gets the lock in the end.
func TestMarksOfAReader(t *testing.T) {
	t.Parallel()
	uid := os.Geteuid()
	if uid == 0 {
		uid = 12345
	}
	dir := sharedDir(t)
	cmd := command("marks", dir)
	if os.Geteuid() == 0 {
		as(uid, cmd)
	}
	marker := startHolder(t, cmd)
	var told []Process
	const patience = 3 * time.Second // it is told after one
	began := time.Now()
	release, err := Acquire(dir, Shared, &Patience{Anybody: patience}, func(ps []Process) { told = ps })
	if err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(began); waited < patience {
		t.Errorf("waited for %v: the gate was not closed, which shows nothing", waited)
	}
	release()
	if len(told) != 1 || told[0].PID != marker.Process.Pid || told[0].UID != uid || !told[0].Waits || told[0].Mode != Exclusive {
		t.Errorf("told of %+v, want pid %d of uid %d", told, marker.Process.Pid, uid)
	}
}

// A process that waits for the exclusive lock, and is stopped, keeps no shared lock out for longer than the
// gate is closed. (Before, they waited until their time was over.) One that begins to wait later sets its mark
// at the same moment.
func TestGate(t *testing.T) {
	t.Parallel()
	dir := sharedDir(t)
	startHolder(t, command("hold", dir, "shared"))
	first := command("take", dir, "exclusive", "1h")
	began := time.Now()
	startWaiting(t, dir, first)
	first.Process.Signal(syscall.SIGSTOP)
	startWaiting(t, dir, command("take", dir, "exclusive", "1h"))
	if at := marksOn(t, dir); len(at) != 2 || at[0] != at[1] {
		t.Errorf("marks at %v, want two at one moment", at)
	}
	release, err := acquire(dir, Shared, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if waited := time.Since(began); waited < gateClosed {
		t.Errorf("the gate was open after %v", waited)
	}
	if at := marksOn(t, dir); len(at) != 2 {
		t.Errorf("marks at %v: the shared lock came in because nobody waited, which shows nothing", at)
	}
}

// startWaiting returns when one process more has set its mark.
func startWaiting(t *testing.T, dir string, cmd *exec.Cmd) {
	t.Helper()
	n := len(marksOn(t, dir))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for len(marksOn(t, dir)) == n {
		time.Sleep(time.Millisecond)
	}
}

// marksOn are the places of the marks on a directory.
func marksOn(t *testing.T, dir string) (at []int64) {
	l, err := open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	l.mark(Shared)
	i := inode{l.device(inodeOf(dir)), inodeOf(dir).number}
	f, err := os.Open("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if m, ok := parseLock(s.Text()); ok && m.class == "POSIX" && m.inode == i && m.pid != os.Getpid() {
			at = append(at, m.start)
		}
	}
	return at
}

// A lock is held, or not, whoever holds it; asking makes nothing.
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
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

// The names of compilers, as /proc cuts them.
func TestIsCompiler(t *testing.T) {
	for name, want := range map[string]bool{
		"compile": true, "link": true, "cc1": true, "ld.lld": true, "clang-19": true, "x86_64-linux-gn": true,
		"": false, "go": false, "compile.test": false, "m.test": false, "sh": false, "sleep": false, "linker": false,
	} {
		if isCompiler(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
	if name := nameOf(os.Getpid()); name == "" || strings.HasSuffix(name, "\n") {
		t.Errorf("our name is %q", name)
	}
}
