package lock

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// blocksFor is how long a test waits for a lock that is held. The wait for a lock that is free has no limit, except
// for that of the test.
const blocksFor = 60 * time.Millisecond

// 64 processes that take the shared lock all the time let one exclusive lock in, and go on afterwards. Without the
// gate somebody always holds the shared lock. On Windows 16 do: one process of Wine serves them all.
func TestFairness(t *testing.T) {
	dir := sharedDir(t)
	n := 64
	if runtime.GOOS == "windows" {
		n = 16
	}
	holders := make([]holder, n)
	for i := range holders {
		holders[i] = startHolder(t, command("loop", dir))
	}
	release, err := acquire(dir, Exclusive, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := acquire(dir, Shared, blocksFor); err == nil {
		t.Error("a use beside the change")
	}
	release()
	again, err := acquire(dir, Exclusive, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	again()
	release, err = acquire(dir, Shared, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// If the directory is renamed while a process waits for its lock, the process takes the lock on the new one.
func TestSetAside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not rename a directory with an open file in it")
	}
	dir := sharedDir(t)
	release, err := acquire(dir, Exclusive, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() {
		again, err := acquire(dir, Shared, time.Hour)
		if err == nil {
			_, err = os.Stat(dir)
			again()
		}
		got <- err
	}()
	if err := os.Rename(dir, dir+".aside"); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil { // on a new directory: the old one is still held
		t.Error(err)
	}
	release()
}

// If the directory or the file in it is replaced between the open and the lock, the lock is taken on the new one. A
// second process does not get it then.
func TestReplaced(t *testing.T) {
	for _, file := range []bool{false, true} {
		if !file && runtime.GOOS == "windows" {
			continue // it does not rename a directory with an open file in it
		}
		dir := sharedDir(t)
		w := waiter{dir: dir, mode: Exclusive, create: true, standIn: file}
		defer w.close()
		var err error
		if w.lock, err = open(dir, file); err != nil {
			t.Fatal(err)
		}
		if file {
			err = os.Rename(w.lock.path, filepath.Join(dir, "old"))
		} else {
			err = errors.Join(os.Rename(dir, dir+".aside"), os.Mkdir(dir, 0o755))
		}
		if err != nil {
			t.Fatal(err)
		}
		release, err := w.try()
		if err != nil {
			t.Fatal(err)
		}
		other := waiter{dir: dir, mode: Exclusive, create: true, standIn: file}
		if again, err := other.try(); err == nil {
			again()
			t.Errorf("by a file: %t: two have the lock", file)
		}
		other.close()
		release()
	}
}

func open(dir string, file bool) (*lockFile, error) { return openLockFile(dir, true, file) }

// A clean as root locks a folder in another user's directory. That user may put a link on the way to it: root makes
// nothing where the link leads.
func TestTryExclusiveMakesNothing(t *testing.T) {
	elsewhere := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Skip(err)
	}
	release, free := TryExclusive(filepath.Join(link, "mod.go-safe-clean-1"))
	if free {
		release()
	}
	if list, err := os.ReadDir(elsewhere); free || err != nil || len(list) > 0 {
		t.Errorf("free: %t; made: %v, %v", free, list, err)
	}
}

// While a clean of plain go removes the directory and others make it again, a waiter locks the directory: no file
// in it, which would keep nobody out. That the directory is missing for a moment is no error. The pause between two
// removals is there because no cleaner makes thousands of them in a row.
func TestComesAndGoes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not rename a directory with an open file in it")
	}
	dir := sharedDir(t)
	end := time.Now().Add(time.Second / 2)
	stopped := make(chan struct{})
	defer func() { <-stopped }()
	go func() {
		defer close(stopped)
		for time.Now().Before(end) {
			os.Rename(dir, dir+".aside")
			os.RemoveAll(dir + ".aside")
			time.Sleep(rand.N(100 * time.Microsecond))
		}
	}()
	for time.Now().Before(end) {
		w := waiter{dir: dir, mode: Exclusive, create: true}
		release, err := w.try()
		if w.standIn || err != nil {
			t.Fatalf("by a file: %t, %v", w.standIn, err)
		}
		release()
	}
}

// BenchmarkUncontended shows what a free lock costs a command. It should be below 50 µs.
func BenchmarkUncontended(b *testing.B) {
	dir := b.TempDir()
	for _, mode := range []Mode{Shared, Exclusive} {
		b.Run(mode.String(), func(b *testing.B) {
			for b.Loop() {
				release, err := acquire(dir, mode, time.Hour)
				if err != nil {
					b.Fatal(err)
				}
				release()
			}
		})
	}
}
