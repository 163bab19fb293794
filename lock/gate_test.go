package lock

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

func init() { roles["mark"] = markAt }

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
	l.setMark(at)
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

// A process that is stopped while it waits for the exclusive lock closes the gate for no longer than ten seconds. One
// that begins to wait later sets its mark at the same moment.
func TestGate(t *testing.T) {
	needsHolders(t)
	t.Parallel()
	dir := sharedDir(t)
	startHolder(t, command("hold", dir, "shared"))
	first := command("take", dir, "exclusive", "1h")
	began := time.Now()
	startWaiting(t, dir, first)
	stop(first.Process)
	l, err := open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	at, ok := l.markAmong(firstMoment, gatePeriod.Milliseconds())
	if !ok {
		t.Fatal("a process waits without a mark")
	}
	startWaiting(t, dir, command("take", dir, "exclusive", "1h"))
	before, isBefore := l.markAmong(firstMoment, at-firstMoment)
	after, isAfter := l.markAmong(at+1, gatePeriod.Milliseconds()-at)
	if isBefore || isAfter {
		t.Errorf("marks at %d, %d and %d, want one moment", before, at, after)
	}
	l.release() // on Unix that removes the marks of this process
	release, err := acquire(dir, Shared, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if waited := time.Since(began); waited < gateClosed {
		t.Errorf("the gate was open after %v", waited)
	}
	if n := waiting(dir); n != 2 {
		t.Errorf("%d wait: the shared lock came in because nobody waited, which shows nothing", n)
	}
}

// startWaiting starts a process, and returns when one more waits for the exclusive lock.
func startWaiting(t *testing.T, dir string, cmd *exec.Cmd) {
	t.Helper()
	n := waiting(dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		wake(cmd.Process)
		cmd.Process.Kill()
		cmd.Wait()
	})
	for waiting(dir) == n {
		time.Sleep(time.Millisecond)
	}
}

// waiting returns how many processes wait for the exclusive lock.
func waiting(dir string) (n int) {
	for _, p := range Processes(dir) {
		if p.Waits && p.Mode == Exclusive {
			n++
		}
	}
	return n
}
