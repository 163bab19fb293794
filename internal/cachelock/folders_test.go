package cachelock

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-safe/go-safe/lock"
)

// Many commands at a time make a cache, lock it, and find it empty in the end. While one holds the lock no
// other removes the cache.
func TestMakeDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "cache")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				removeEmpty := makeDir(dir)
				patience := &lock.Patience{Anybody: time.Minute}
				release, err := lock.Acquire(dir, lock.Shared, patience, func([]lock.Process) {})
				if err != nil {
					t.Error(err)
					return
				}
				for range 10 {
					if _, err := os.Stat(dir); err != nil {
						t.Errorf("removed under a lock: %v", err)
					}
				}
				release()
				removeEmpty()
			}
		})
	}
	all.Wait()
}

// The go command of a clean removes a directory that the clean has made for its lock. Another command makes it again
// at that moment: it stays.
func TestMakeDirAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	patience := func() *lock.Patience { return &lock.Patience{Anybody: time.Minute} }
	silent := func([]lock.Process) {}
	var over atomic.Bool
	var cleans sync.WaitGroup
	defer cleans.Wait()
	defer over.Store(true)
	cleans.Go(func() {
		for !over.Load() {
			removeEmpty := makeDir(dir)
			release, err := lock.Acquire(dir, lock.Exclusive, patience(), silent)
			if err != nil {
				t.Error(err)
				return
			}
			os.Remove(dir)
			release()
			removeEmpty()
		}
	})
	rounds := 10_000
	if runtime.GOOS == "windows" {
		rounds = 300 // where opening files costs more
	}
	for range rounds {
		release, err := lock.Acquire(dir, lock.Shared, patience(), silent)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if _, err := os.Stat(dir); err != nil {
				t.Fatalf("removed under a lock: %v", err)
			}
		}
		release()
	}
}

// What somebody else put there stays, and so does a directory that existed before.
func TestMakeDirKeeps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cache")
	defer makeDir(filepath.Dir(dir))()
	before := makeDir(dir)
	makeDir(dir)() // it exists already
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "README")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	before()
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// Nothing is left of a directory that was made for its lock, also where a file in it or beside it is locked.
func TestMakeDirLeavesNothing(t *testing.T) {
	top := t.TempDir()
	removeEmpty := makeDir(filepath.Join(top, "a", "cache"))
	release, err := lock.Acquire(filepath.Join(top, "a", "cache"), lock.Shared, &lock.Patience{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	release()
	removeEmpty()
	if list, err := os.ReadDir(top); err != nil || len(list) > 0 {
		t.Errorf("left: %v, %v", list, err)
	}
}
