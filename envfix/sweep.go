package envfix

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The go command leaves its $WORK behind whenever a signal ends it (F06, golang.org/issue/25808).
const (
	abandoned = 3 * 24 * time.Hour    // nothing in it changed for so long
	interval  = 24 * time.Hour        // between two sweeps
	allowance = 10 * time.Millisecond // for one command; what remains is left to the next
	stampName = ".swept"
)

// sweep removes abandoned work folders from dir, a private folder. It begins no more of them when its time
// is over, and a failure is nobody's business: the next sweep tries again.
func sweep(dir string) {
	stamp := filepath.Join(dir, stampName)
	now := time.Now()
	if fi, err := os.Lstat(stamp); err == nil && now.Sub(fi.ModTime()) < interval {
		return
	}
	dir, err := filepath.EvalSymlinks(dir) // as /proc shows it
	if err != nil {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	inUse, removed := inUseIn(dir), false
	for _, e := range entries {
		if time.Since(now) > allowance && removed {
			return // without the stamp: the next command goes on
		}
		work := filepath.Join(dir, e.Name())
		if e.IsDir() && isWork(work) && quiet(work, now.Add(-abandoned)) && !inUse(work) {
			removed = os.RemoveAll(work) == nil || removed
		}
	}
	os.WriteFile(stamp, nil, 0o600)
	os.Chtimes(stamp, now, now)
}

// isWork reports whether a folder is a $WORK of the go command: go-build and a number, with nothing in it but folders b001, b002 and so on
// (cmd/go/internal/work.NewBuilder, NewObjdir). What a user calls go-builder is his.
func isWork(dir string) bool {
	number, ok := strings.CutPrefix(filepath.Base(dir), "go-build")
	if !ok || !isNumber(number) {
		return false
	}
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		number, ok := strings.CutPrefix(e.Name(), "b")
		return !ok || !isNumber(number) || !e.IsDir()
	})
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// errInUse ends a walk.
var errInUse = errors.New("in use")

// quiet reports whether dir, a folder, and all in it did not change after the given time, and all folders in it are on one device. (On
// overlayfs files may show another one, that of their layer.)
func quiet(dir string, since time.Time) bool {
	top, err := os.Lstat(dir)
	if err != nil {
		return false
	}
	return nil == filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err == nil && (fi.ModTime().After(since) || d.IsDir() && deviceOf(fi) != deviceOf(top)) {
			return errInUse
		}
		return err
	})
}
