package lock

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/gofrs/flock"
)

// The lock is the one that other programs take with flock(2) on the directory, as flock(1) does, and on Windows with
// LockFileEx on the file that stands in for it.
func TestLocksOfOthers(t *testing.T) {
	dir := t.TempDir()
	path, flag := dir, os.O_RDONLY
	if runtime.GOOS == "windows" {
		path, flag = filepath.Join(dir, fsinfo.LockName), os.O_RDWR|os.O_CREATE
	}
	others := flock.New(path, flock.SetFlag(flag))
	defer others.Close()
	ours := func(mode Mode) (release func(), err error) {
		return Acquire(dir, mode, &Patience{}, func([]Process) {})
	}
	for _, tt := range []struct {
		mode              Mode // of the other program
		take              func() (bool, error)
		shared, exclusive bool // whether we get ours beside it
	}{
		{Shared, others.TryRLock, true, false},
		{Exclusive, others.TryLock, false, false},
	} {
		if ok, err := tt.take(); !ok || err != nil {
			t.Fatal(tt.mode, ok, err)
		}
		for mode, want := range map[Mode]bool{Shared: tt.shared, Exclusive: tt.exclusive} {
			release, err := ours(mode)
			if (err == nil) != want {
				t.Errorf("beside the %v lock of another program the %v one: %v", tt.mode, mode, err)
			}
			if err == nil {
				release()
			}
		}
		if err := others.Unlock(); err != nil {
			t.Fatal(err)
		}
		release, err := ours(tt.mode)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := others.TryLock(); ok || err != nil {
			t.Errorf("beside our %v lock another program gets the exclusive one: %t, %v", tt.mode, ok, err)
		}
		release()
	}
}
