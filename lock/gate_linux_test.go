package lock

import (
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func init() { roles["marks"] = marks }

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
