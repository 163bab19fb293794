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

// The go command leaves its $WORK behind when a signal ends it (golang.org/issue/25808).
const (
	abandonedAfter = 3 * 24 * time.Hour     // a folder is abandoned if nothing in it changed for so long
	sweepInterval  = 24 * time.Hour         // between two sweeps
	sweepBudget    = 100 * time.Millisecond // for one sweep; the next one goes on
)

// sweep removes our abandoned work folders from dir. When its time is over, it removes no further one. It reports
// no failure: the next sweep tries again.
func sweep(dir string) {
	if !SeesProcesses() {
		return // a container, which may share dir with others and does not see their processes
	}
	began := time.Now()
	eachAbandoned(dir, func(root *os.Root, name string) bool {
		root.RemoveAll(name)
		return time.Since(began) < sweepBudget
	})
}

// trimIsDue reports whether the go command will trim the build cache now, as it does once a day
// (cmd/go/internal/cache.DiskCache.Trim). Work folders are swept at the same time, so go-safe needs no time stamp
// of its own. If the go command cannot write its time stamp, it trims every time; then go-safe never sweeps.
func trimIsDue(cache string) bool {
	file := filepath.Join(cache, "trim.txt")
	fi, err := os.Lstat(file)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return time.Since(fi.ModTime()) > sweepInterval && fileWritable(file)
}

// Abandoned returns the work folders of this user in dir that a sweep would remove, as many as it finds before the
// end: in them nothing changed for three days, no process runs or works, and nothing is mounted. It removes
// nothing.
func Abandoned(dir string, end time.Time) []string {
	var old []string
	eachAbandoned(dir, func(root *os.Root, name string) bool {
		old = append(old, filepath.Join(root.Name(), name))
		return time.Now().Before(end)
	})
	return old
}

// eachAbandoned calls do for each abandoned work folder of this user in dir, until do returns false. It looks and
// removes through a descriptor of dir. If others may rename entries of dir, it finds none, because another folder
// of ours could take the place of the one that it looked at. For root it also finds none if somebody else could
// decide which directory dir is.
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
	if fi, err := root.Stat("."); err != nil || othersCanRename(dir, fi, true) {
		return
	}
	dir = root.Name() // without links, as in /proc
	before := time.Now().Add(-abandonedAfter)
	var inUse func(folder string) bool
	for _, name := range workNames(root) {
		if !isWorkFolder(root, name) || !unchangedSince(root, name, before) {
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

// workNames returns the entries with a name like that of a $WORK: go-build and a number
// (cmd/go/internal/work.NewBuilder). A folder called go-builder is the user's.
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

// isWorkFolder reports whether name is a folder of ours that contains only folders called b001, b002 and so on
// (cmd/go/internal/work.Builder.NewObjdir).
func isWorkFolder(root *os.Root, name string) bool {
	fi, err := root.Lstat(name)
	if err != nil || !fi.IsDir() || !fsinfo.Ours(filepath.Join(root.Name(), name), fi) {
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

var errChanged = errors.New("in use")

// unchangedSince reports whether nothing in the folder changed after the given time, and all folders in it are on one
// device. Files are not compared: on overlayfs they may have another device number, that of their layer.
func unchangedSince(root *os.Root, folder string, since time.Time) bool {
	top, err := root.Lstat(folder)
	if err != nil {
		return false
	}
	return nil == fs.WalkDir(root.FS(), folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := root.Lstat(path)
		if err == nil && (fi.ModTime().After(since) || d.IsDir() && fsinfo.Device(fi) != fsinfo.Device(top)) {
			return errChanged
		}
		return err
	})
}
