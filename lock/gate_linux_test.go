package lock

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func init() { roles["marks"], roles["mark"] = marks, markAt }

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

// mark DIR MOMENT marks the directory at one moment of the minute, until standard input ends.
func markAt(args []string) error {
	l, err := open(args[0], false)
	if err != nil {
		return err
	}
	at, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return err
	}
	lk := unix.Flock_t{Type: unix.F_RDLCK, Start: at, Len: 1}
	if err := unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &lk); err != nil {
		return err
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	return nil
}

// The gate is closed for ten seconds from the moment of the mark, in each minute, also across the end of a minute. A
// second process that waits sets its mark at the same moment.
func TestGateTimes(t *testing.T) {
	t.Parallel()
	minute := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	const ms = time.Millisecond
	for _, begin := range []time.Duration{0, ms, 5 * time.Second, 55 * time.Second, time.Minute - ms} {
		dir := sharedDir(t)
		at := momentOf(minute.Add(begin))
		startHolder(t, command("mark", dir, strconv.FormatInt(at, 10)))
		l, err := open(dir, false)
		if err != nil {
			t.Fatal(err)
		}
		defer l.release()
		for later, closed := range map[time.Duration]bool{
			-ms: false, 0: true, gateClosed - ms: true, gateClosed: false,
			gatePeriod - ms: false, gatePeriod: true, gatePeriod + gateClosed: false,
		} {
			if got := l.gateIsClosed(minute.Add(begin + later)); got != closed {
				t.Errorf("from second %v of the minute, after %v: closed %t", begin, later, got)
			}
		}
		l.mark(Exclusive)
		if first, ok := l.markAmong(firstMoment, gatePeriod.Milliseconds()); !ok || first != at {
			t.Errorf("mark at %d, %t; want %d", first, ok, at)
		}
	}
}

// A user who can read a directory marks it at every moment, for ever. A process that wants the shared lock waits no
// longer than for any holder, learns whose mark that is, and gets the lock in the end.
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
	for i := range told {
		told[i].Command, told[i].Since = "", time.Time{}
	}
	want := Process{PID: marker.Process.Pid, Mode: Exclusive, Waits: true, UID: uid}
	if !slices.Equal(told, []Process{want}) {
		t.Errorf("told of %+v, want %+v", told, want)
	}
}

// A process that is stopped while it waits for the exclusive lock closes the gate for no longer than ten seconds. One
// that begins to wait later sets its mark at the same moment.
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

// startWaiting starts a process, and returns when one more mark is set.
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

// marksOn returns at which bytes the marks on a directory are.
func marksOn(t *testing.T, dir string) (at []int64) {
	l, err := open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	l.mark(Shared)
	i := inodeOf(dir)
	i.device = l.deviceOfMark(i.number)
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
