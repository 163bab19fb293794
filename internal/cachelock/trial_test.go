package cachelock

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/lock"
)

// A directory on a local file system is asked directly, one on a server by a child. Both find the same.
func TestHeld(t *testing.T) {
	dir := t.TempDir()
	ask := func() (direct, byChild bool, trial string) {
		said := askChild("--held", dir, time.Hour)
		var out strings.Builder
		Trial(&out, "--held", dir)
		return Held(dir, time.Hour), said != nil && said.Error() == heldWord, out.String()
	}
	if direct, byChild, trial := ask(); direct || byChild || trial != "" {
		t.Errorf("free: %t, %t, %q", direct, byChild, trial)
	}
	h := holder(t, dir, lock.Shared)
	if direct, byChild, trial := ask(); !direct || !byChild || trial != heldWord {
		t.Errorf("held: %t, %t, %q", direct, byChild, trial)
	}
	h.end()
	if direct, byChild, trial := ask(); direct || byChild || trial != "" {
		t.Errorf("released: %t, %t, %q", direct, byChild, trial)
	}
}

// Files in a local directory can be locked, also while somebody holds the lock.
func TestUnlockable(t *testing.T) {
	dir := t.TempDir()
	holder(t, dir, lock.Exclusive)
	for name, err := range map[string]error{
		"directly":          Unlockable(dir, time.Hour),
		"by a child":        askChild("--try", dir, time.Hour),
		"a missing one":     Unlockable(filepath.Join(dir, "none"), time.Hour),
		"missing, by child": askChild("--try", filepath.Join(dir, "none"), time.Hour),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		t.Errorf("made %v, %v", list, err)
	}
}

// A child that does not answer is stopped.
func TestNoAnswer(t *testing.T) {
	err := askChild("--try", filepath.Join(t.TempDir(), "hangs"), time.Millisecond)
	if !errors.Is(err, os.ErrDeadlineExceeded) || err.Error() != "no answer in 1ms" {
		t.Error(err)
	}
}
