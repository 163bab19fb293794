package envfix

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// The go command leaves its $WORK behind whenever a signal ends it (F06, golang.org/issue/25808).
const (
	abandoned = 3 * 24 * time.Hour     // nothing in it changed for so long
	interval  = 24 * time.Hour         // between two sweeps
	allowance = 100 * time.Millisecond // for one sweep; what remains is left to the next
)

// sweep removes our abandoned work folders from dir. It begins no more of them when its time is over, and a failure
// is nobody's business: the next sweep tries again.
func sweep(dir string) {
	if !SeesProcesses() {
		return // a container that has dir in common with others
	}
	began := time.Now()
	eachAbandoned(dir, func(root *os.Root, name string) bool {
		root.RemoveAll(name)
		return time.Since(began) < allowance
	})
}

// trims reports whether the go command trims the build cache now, as it does once a day
// (cmd/go/internal/cache.DiskCache.Trim): then work folders are swept too. So there is no need for a stamp of our
// own. Where it cannot note the time it trims each time, and we do nothing.
func trims(cache string) bool {
	file := filepath.Join(cache, "trim.txt")
	fi, err := os.Lstat(file)
	return errors.Is(err, fs.ErrNotExist) || err == nil && time.Since(fi.ModTime()) > interval && modifiable(file)
}

// Abandoned returns the work folders of this user in dir that a sweep would remove: for three days unchanged, with
// nothing running, working or mounted in them; of those that it sees before the end. It removes none.
func Abandoned(dir string, end time.Time) []string {
	var old []string
	eachAbandoned(dir, func(root *os.Root, name string) bool {
		old = append(old, filepath.Join(root.Name(), name))
		return time.Now().Before(end)
	})
	return old
}

// eachAbandoned calls do for the abandoned work folders of this user in dir, until it returns false. Everything is
// looked at and removed by a descriptor of dir. Where others may rename what is in dir it finds none: another folder
// of ours could then stand under the name that was looked at. For root it also finds none where somebody else decided
// which directory dir is.
func eachAbandoned(dir string, do func(root *os.Root, name string) bool) {
	if !filepath.IsAbs(dir) {
		return
	}
	d, err := fsinfo.OpenDir(dir)
	if err != nil {
		return
	}
	defer d.Close()
	if d.CheckParent(fsinfo.Receiver{}) != nil {
		return
	}
	root, err := d.Root()
	if err != nil {
		return
	}
	defer root.Close()
	if fi, err := root.Stat("."); err != nil || changeable(fi) {
		return
	}
	dir = root.Name() // without links, as /proc shows it
	before := time.Now().Add(-abandoned)
	var inUse func(folder string) bool
	for _, name := range workNames(root) {
		if !isWork(root, name) || !quiet(root, name, before) {
			continue
		}
		if inUse == nil {
			inUse = inUseIn(dir)
		}
		if !inUse(filepath.Join(dir, name)) && !do(root, name) {
			return
		}
	}
}

// changeable reports whether others may rename what is in a directory: those who may write to it and, even if it is
// sticky, its owner.
func changeable(dir fs.FileInfo) bool {
	switch ownerOf(dir) {
	case -1: // Windows: its temp folder is the user's own
		return false
	case 0, os.Geteuid():
		return dir.Mode()&0o022 != 0 && dir.Mode()&fs.ModeSticky == 0
	}
	return true
}

// workNames are the entries that are called like a $WORK: go-build and a number (cmd/go/internal/work.NewBuilder).
// What a user calls go-builder is his.
func workNames(root *os.Root) []string {
	d, err := root.Open(".")
	if err != nil {
		return nil
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(names, func(name string) bool {
		number, ok := strings.CutPrefix(name, "go-build")
		return !ok || !isNumber(number)
	})
}

// isWork reports whether name is a folder of ours with nothing in it but folders b001, b002 and so on
// (cmd/go/internal/work.Builder.NewObjdir).
func isWork(root *os.Root, name string) bool {
	fi, err := root.Lstat(name)
	if err != nil || !fi.IsDir() || ownerOf(fi) != os.Geteuid() {
		return false
	}
	entries, err := fs.ReadDir(root.FS(), name)
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

// quiet reports whether the folder and all in it did not change after the given time, and all folders in it are on
// one device. (On overlayfs files may show another one, that of their layer.)
func quiet(root *os.Root, folder string, since time.Time) bool {
	top, err := root.Lstat(folder)
	if err != nil {
		return false
	}
	return nil == fs.WalkDir(root.FS(), folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := root.Lstat(path)
		if err == nil && (fi.ModTime().After(since) || d.IsDir() && deviceOf(fi) != deviceOf(top)) {
			return errInUse
		}
		return err
	})
}
