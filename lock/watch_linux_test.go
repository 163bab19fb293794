package lock

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

func init() { roles["flock"] = blockInFlock }

// blockInFlock FILE waits for a lock in the kernel, as the go command does.
func blockInFlock(args []string) error {
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
}

// Watch tells of a child that waits in flock(2), by the child's name for the file, and of nothing before or after.
func TestWatch(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("needs /proc/locks")
	}
	file := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	type telling struct {
		path     string
		blockers []Process
	}
	told := make(chan telling, 1)
	stop := Watch(func(path string, blockers []Process) { told <- telling{path, blockers} })
	defer stop()
	if b := findBlockedChild(); b != (blockedChild{}) {
		t.Errorf("found %+v", b)
	}
	child := command("flock", file)
	began := time.Now()
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	got := <-told
	if time.Since(began) < time.Second {
		t.Errorf("told after %v", time.Since(began))
	}
	holds := func(p Process) bool { return p.PID == os.Getpid() && p.Mode == Exclusive && !p.Waits }
	if got.path != file || len(got.blockers) != 1 || !slices.ContainsFunc(got.blockers, holds) {
		t.Errorf("told of %+v", got)
	}
	syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
	if b := findBlockedChild(); b != (blockedChild{}) {
		t.Errorf("found %+v", b)
	}
}

// A grandchild that waits is not the go command.
func TestWatchOnlyChildren(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("sh", "-c", `"$0" "$1"; :`, os.Args[0], file)
	sh.Env = append(os.Environ(), "LOCK_TEST=flock")
	if err := sh.Start(); err != nil {
		t.Fatal(err)
	}
	for waits := false; !waits; {
		for l := range procLocks() {
			waits = waits || l.blocked && l.inode.number == inodeOf(file).number
		}
	}
	if b := findBlockedChild(); b != (blockedChild{}) {
		t.Errorf("found %+v", b)
	}
	syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	if err := sh.Wait(); err != nil {
		t.Error(err)
	}
}

func TestReminder(t *testing.T) {
	r := reminder{since: time.Now().Add(-time.Second / 2)}
	for _, c := range []struct {
		age  time.Duration
		want bool
	}{
		{time.Second / 2, false}, {time.Second, true}, {2 * time.Second, false}, {10 * time.Second, true},
		{59 * time.Second, false}, {time.Minute, true}, {61 * time.Second, false}, {2 * time.Minute, true},
	} {
		r.since = time.Now().Add(-c.age)
		if got := r.due(); got != c.want {
			t.Errorf("after %v: %t", c.age, got)
		}
	}
}
