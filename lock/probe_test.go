//go:build unix

package lock

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Probe disturbs no holder, takes a held lock for one that can be taken, and makes nothing.
func TestProbe(t *testing.T) {
	dir := sharedDir(t)
	for _, mode := range []Mode{Shared, Exclusive} {
		release, err := acquire(dir, mode, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := Probe(dir); err != nil {
			t.Errorf("beside a %s lock: %v", mode, err)
		}
		if !Held(dir) {
			t.Errorf("the %s lock is gone", mode)
		}
		release()
	}
	if err := Probe(filepath.Join(dir, "missing")); err != nil {
		t.Errorf("a missing directory: %v", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		t.Errorf("made %v, %v", list, err)
	}
	if Remote(filepath.Join(dir, "missing")) {
		t.Error("a missing directory is remote")
	}
}

// A refusal names the directory, unless a file in its place is the reason.
func TestRefusedError(t *testing.T) {
	err := error(&RefusedError{Dir: "/d", Err: syscall.ENOLCK})
	if got, want := err.Error(), "cannot lock files in /d: "+syscall.ENOLCK.Error(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !errors.Is(err, syscall.ENOLCK) || !noDirectoryLocks(syscall.ENOLCK) || noDirectoryLocks(syscall.EWOULDBLOCK) {
		t.Error("ENOLCK is not taken for a refusal, or EWOULDBLOCK is")
	}
	if got, want := notFile("/d/f").Error(), "lock /d/f: is not a file"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
