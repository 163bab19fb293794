package cachelock

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/lock"
)

func init() { roles["flock"] = flock }

// flock FILE waits in the kernel for the lock on a file, as the go command does.
func flock(file string) {
	f, err := os.Open(file)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// needsLocks skips the test where the system does not tell who holds a lock.
func needsLocks(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip(err)
	}
}

// acquired has a locker take locks, and sends the function that releases them.
func acquired(t *testing.T, l *Locker, list []Lock) <-chan func() {
	done := make(chan func(), 1)
	go func() {
		release, err := l.AcquireAll(list)
		if err != nil {
			t.Error(err)
			release = func() {}
		}
		done <- release
	}()
	return done
}

// Whoever waits longer than a second is told for whom, and gets the lock when that process ends. A build keeps its
// first lock while it waits for the second one. A clean gives it back, because builds need only one.
func TestWaits(t *testing.T) {
	needsLocks(t)
	for name, cleans := range map[string]bool{"build": false, "clean": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			first, second := filepath.Join(dir, "mod"), filepath.Join(dir, "build")
			if err := os.Mkdir(first, 0o755); err != nil {
				t.Fatal(err)
			}
			h := holder(t, second, lock.Shared)
			l, s := newLocker(config.Config{LockTimeout: forever}, cleans)
			done := acquired(t, l, []Lock{{"GOMODCACHE", first, lock.Exclusive}, {"GOCACHE", second, lock.Exclusive}})
			begin := fmt.Sprintf("go-safe: waiting for GOCACHE %s, held by pid %d (", second, h.Process.Pid)
			if line := <-s.lines; !strings.HasPrefix(line, begin) || !strings.HasSuffix(line, "); Ctrl-C ends this command\n") {
				t.Errorf("said %q, want %q...", line, begin)
			}
			if isFree(first) != cleans {
				t.Errorf("the first lock is held: %t", cleans)
			}
			h.end()
			release := <-done
			if isFree(first) || isFree(second) {
				t.Error("a lock is not held")
			}
			release()
			if !isFree(first) || !isFree(second) {
				t.Error("a lock is not released")
			}
		})
	}
}

// A clean that waits for the second lock finds the first one taken meanwhile, and gets both in the end.
func TestCleanFindsBothTaken(t *testing.T) {
	needsLocks(t)
	t.Parallel()
	first, second := t.TempDir(), t.TempDir()
	atSecond := holder(t, second, lock.Shared)
	l, s := newLocker(config.Config{LockTimeout: forever}, true)
	done := acquired(t, l, []Lock{{"GOMODCACHE", first, lock.Exclusive}, {"GOCACHE", second, lock.Exclusive}})
	if line := <-s.lines; !strings.Contains(line, "GOCACHE "+second) {
		t.Errorf("said %q", line)
	}
	atFirst := holder(t, first, lock.Shared)
	atSecond.end()
	if line := <-s.lines; !strings.Contains(line, "GOMODCACHE "+first) {
		t.Errorf("said %q", line)
	}
	if !isFree(second) {
		t.Error("the clean holds a lock while it waits")
	}
	atFirst.end()
	(<-done)()
}

// While another process waits for the exclusive lock, a new shared lock waits, and the user is told why.
func TestWantedAlone(t *testing.T) {
	needsLocks(t)
	t.Parallel()
	dir := t.TempDir()
	h := holder(t, dir, lock.Shared)
	clean := start(t, "hold", dir, lock.Exclusive.String())
	waits := func(p lock.Process) bool { return p.PID == clean.Process.Pid && p.Waits }
	for !slices.ContainsFunc(lock.Processes(dir), waits) {
	}
	l, s := newLocker(config.Config{LockTimeout: forever}, false)
	done := acquired(t, l, []Lock{{"GOCACHE", dir, lock.Shared}})
	begin := fmt.Sprintf("go-safe: waiting for GOCACHE %s, wanted alone by pid %d (", dir, clean.Process.Pid)
	select {
	case line := <-s.lines:
		if !strings.HasPrefix(line, begin) {
			t.Errorf("said %q, want %q...", line, begin)
		}
	case release := <-done:
		release()
		t.Skip("this machine is so slow that the gate opened before the look")
	}
	clean.Process.Kill()
	(<-done)()
	h.end()
}

// The go command waits without a word for a lock file. The user is told for which one.
func TestWatch(t *testing.T) {
	needsLocks(t)
	file := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	s := &said{lines: make(chan string, 1)}
	stop := Watch(say.Printer{W: s, Environ: nowhere})
	child := start(t, "flock", file)
	begin := fmt.Sprintf("go-safe: the go command waits for %s, held by pid %d (", file, os.Getpid())
	if line := <-s.lines; !strings.HasPrefix(line, begin) {
		t.Errorf("said %q, want %q...", line, begin)
	}
	stop()
	syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}
