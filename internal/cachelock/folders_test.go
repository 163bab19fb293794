//go:build unix

package cachelock

import (
	"os"
	"path/filepath"
	"sync"
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

// What somebody else put there stays, and so does a directory that existed before.
func TestMakeDirKeeps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cache")
	makeDir(filepath.Dir(dir))
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
