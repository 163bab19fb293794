package safecmd

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/cachefix"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/tree"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
)

// exitLeft is the exit status of go safe fix and share if something is wrong and was left as it is.
const exitLeft = 1

// runFix runs go safe fix: on the directories named, or on the caches that the go command uses here.
func runFix(c Call, flags flagSet, dirs []string) int {
	var owner *tree.Owner
	if name, ok := flags["--owner"]; ok {
		uid, gid, err := user.ParseOwner(name)
		if err != nil {
			return c.fail(err)
		}
		owner = &tree.Owner{UID: uid, GID: gid}
	}
	status := 0
	if len(dirs) == 0 {
		o := &tree.Options{Dry: flags.has("--dry-run")}
		status, dirs = c.fixCaller(o, flags)
		for _, dir := range c.caches() {
			if !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	told := false
	for _, dir := range dirs {
		if madeBySudo(envfix.Getenv(c.Environ, "HOME"), dir) {
			if !told { // one line fixes all
				c.Say.Line("%s belongs to root (sudo go?); run: sudo %s safe fix", dir, say.UnderSudo())
			}
			told, status = true, say.ExitFailed
			continue
		}
		status = max(status, c.fixNamed(dir, owner, flags))
	}
	return status
}

// fixNamed fixes a cache, or if an owner is named, the caches in a volume.
func (c Call) fixNamed(dir string, owner *tree.Owner, flags flagSet) (status int) {
	dry := flags.has("--dry-run")
	list := []string{dir}
	if abs, err := filepath.Abs(dir); err == nil && owner != nil {
		stop := c.Say.Progress(func() say.State { return say.State{What: "looking for caches in", Path: abs} })
		below, bare := cachefix.Volume(abs, *owner)
		stop()
		if bare { // first, because it is on the way to the others
			status = c.fixOne(abs, &tree.Options{Dry: dry, Owner: owner, TopOnly: true}, flags)
		}
		if len(below) > 0 {
			list = below
		}
	}
	for _, dir := range list {
		status = max(status, c.fixOne(dir, &tree.Options{Dry: dry, Owner: owner}, flags))
	}
	return status
}

// madeBySudo reports whether root made the cache, and .cache or go above it in this user's home. sudo go safe fix
// gives both back.
func madeBySudo(home, dir string) bool {
	uid := os.Geteuid()
	own, _ := user.Lookup(uid)
	if uid <= 0 || home == "" || own.Home == "" || filepath.Clean(own.Home) != filepath.Clean(home) {
		return false
	}
	roots := fsinfo.OfRoot(home, dir)
	made := []string{filepath.Join(home, ".cache"), filepath.Join(home, "go")}
	return len(roots) > 1 && slices.Contains(made, roots[0]) && roots[len(roots)-1] == filepath.Clean(dir)
}

// fixCaller gives the user who called sudo what an earlier sudo go made in the home, and returns the caches there.
func (c Call) fixCaller(o *tree.Options, flags flagSet) (status int, caches []string) {
	uid, err := strconv.Atoi(envfix.Getenv(c.Environ, "SUDO_UID"))
	caller, _ := user.Lookup(uid)
	if err != nil || uid <= 0 || os.Geteuid() != 0 || !fsinfo.IsDir(caller.Home) {
		return 0, nil
	}
	printList := listing(caller.Home, o, flags)
	stop := c.Say.Progress(walkOf("repairing", caller.Home, o))
	report, caches, err := cachefix.Home(caller.Home, tree.Owner{UID: uid, GID: caller.GID}, o)
	stop()
	if err != nil {
		return c.fail(pasteable(err)), nil
	}
	if report.Total() == 0 && len(report.Left) == 0 {
		return 0, caches
	}
	printList(c.Stdout)
	if o.Dry { // below a directory that is still root's nothing can be listed
		caches = slices.DeleteFunc(caches, func(dir string) bool { return belowRoots(caller.Home, dir) })
	}
	return c.tellReport(caller.Home, report, o.Dry), caches
}

// belowRoots reports whether root owns a directory between home and dir.
func belowRoots(home, dir string) bool {
	for dir = filepath.Dir(dir); len(dir) > len(home); dir = filepath.Dir(dir) {
		if fsinfo.OwnerOf(dir) == 0 {
			return true
		}
	}
	return false
}

func (c Call) fixOne(dir string, o *tree.Options, flags flagSet) int {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return c.fail(err)
	}
	var report *tree.Report
	printList := listing(dir, o, flags)
	err = c.changing("repairing", dir, o, func() (err error) {
		report, err = cachefix.Dir(dir, o)
		return err
	})
	if err != nil {
		return c.fail(pasteable(err))
	}
	printList(c.Stdout)
	return c.tellReport(dir, report, o.Dry)
}

// listing collects what is changed in dir, or would be in a dry run, and returns a function that prints that, sorted by
// path; if the flags ask for it. On Windows it prints what icacls /restore in the folder above puts back.
func listing(dir string, o *tree.Options, flags flagSet) (print func(io.Writer)) {
	if !o.Dry && !flags.has("--v") {
		return func(io.Writer) {}
	}
	var list []tree.Change
	o.Tell = func(c tree.Change) { list = append(list, c) }
	return func(w io.Writer) {
		slices.SortFunc(list, func(a, b tree.Change) int { return strings.Compare(a.Path, b.Path) })
		out := bufio.NewWriter(w)
		defer out.Flush()
		for _, c := range list {
			if path, err := filepath.Rel(filepath.Dir(dir), c.Path); c.Was != "" && err == nil {
				fmt.Fprintf(out, "%s\n%s\n", say.OneLine(path), c.Was)
				continue
			}
			fmt.Fprintf(out, "%s: %s\n", say.OneLine(c.Path), c.What)
		}
	}
}

// caches returns the existing caches that the go command uses here, with and without go-safe.
func (c Call) caches() []string {
	var dirs []string
	for _, v := range job.DryRun(c.Config, c.Real, c.Environ, "build").Plan.Vars() {
		if v.Name != "GOCACHE" && v.Name != "GOMODCACHE" {
			continue
		}
		for _, dir := range []string{v.Was.Value, v.Value} {
			// The user may have placed a link there.
			if dir, err := filepath.EvalSymlinks(dir); err == nil && filepath.IsAbs(dir) && fsinfo.IsDir(dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// changing locks a cache exclusively, except for a dry run, and shows the progress of do, which what names.
func (c Call) changing(what, dir string, o *tree.Options, do func() error) error {
	if !o.Dry && fsinfo.IsDir(dir) {
		wanted := []cachelock.Lock{{Name: "the cache", Dir: dir, Mode: lock.Exclusive}}
		release, err := cachelock.New(c.Config, false, c.Say).AcquireAll(wanted)
		if err != nil {
			return err
		}
		defer release()
	}
	if o.Dry {
		what = "looking through"
	}
	defer c.Say.Progress(walkOf(what, dir, o))()
	return do()
}

// walkOf returns how far a walk through a directory is.
func walkOf(what, dir string, o *tree.Options) func() say.State {
	return func() say.State {
		seen, all := o.Meter.Estimate()
		return say.State{What: what, Path: dir, Done: seen, All: all, Unit: "entries", About: true}
	}
}

// tellReport prints what was changed and what was left, and returns the exit status.
func (c Call) tellReport(dir string, r *tree.Report, dry bool) int {
	fmt.Fprintf(c.Stdout, "%s: %s\n", say.OneLine(dir), changes(r, dry))
	for _, l := range r.Left {
		c.Say.Line("left as they are: %d (%s), such as %s", l.Count, l.Why, l.First)
	}
	if len(r.Left) > 0 {
		return exitLeft
	}
	return 0
}

// changes counts in words: changed: 3 modes, 1 ACL, among 120 entries.
func changes(r *tree.Report, dry bool) string {
	among := fmt.Sprintf("among %d entries", r.Seen)
	if r.Seen == 1 {
		among = "among 1 entry"
	}
	if r.Total() == 0 {
		return "nothing to change " + among
	}
	var words []string
	for kind, n := range r.Changed {
		if n > 0 {
			words = append(words, tree.Kind(kind).Count(n))
		}
	}
	would := ""
	if dry {
		would = "would be "
	}
	return would + "changed: " + strings.Join(words, ", ") + ", " + among
}
