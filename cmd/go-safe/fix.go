package main

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
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// exitLeft is the status of go safe fix and share where something was wrong and had to be left so.
const exitLeft = 1

// fix runs go safe fix: on the directories named, or on the caches that the go command uses here.
func fix(args, environ []string, real shim.Go, cfg config, stdout io.Writer, say printer) int {
	flags, dirs, err := verbFlags("fix", args, "--dry-run", "--owner=")
	if err != nil {
		return say.failure(exitFailed, err)
	}
	var owner *rights.Owner
	if name, ok := flags["--owner"]; ok {
		uid, gid, err := user.ParseOwner(name)
		if err != nil {
			return say.failure(exitFailed, err)
		}
		owner = &rights.Owner{UID: uid, GID: gid}
	}
	c := &command{config: cfg, say: say}
	status := 0
	if len(dirs) == 0 {
		o := &rights.Options{Dry: flags.has("--dry-run")}
		status, dirs = c.fixCaller(environ, o, stdout)
		for _, dir := range caches(environ, real) {
			if !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	told := false
	for _, dir := range dirs {
		if madeBySudo(getenv(environ, "HOME"), dir) {
			if !told { // one line cures all
				say.line("%s belongs to root (sudo go?); type: sudo %s safe fix", dir, underSudo())
			}
			told, status = true, exitFailed
			continue
		}
		status = max(status, c.fixNamed(dir, owner, flags.has("--dry-run"), stdout))
	}
	return status
}

// fixNamed fixes a cache, or if an owner is named, the caches in a volume.
func (c *command) fixNamed(dir string, owner *rights.Owner, dry bool, stdout io.Writer) (status int) {
	list := []string{dir}
	if abs, err := filepath.Abs(dir); err == nil && owner != nil {
		below, bare := rights.Volume(abs, *owner)
		if bare { // first, because it is on the way to the others
			status = c.fixOne(abs, &rights.Options{Dry: dry, Owner: owner, Bare: true}, stdout)
		}
		if len(below) > 0 {
			list = below
		}
	}
	for _, dir := range list {
		status = max(status, c.fixOne(dir, &rights.Options{Dry: dry, Owner: owner}, stdout))
	}
	return status
}

// madeBySudo reports whether a cache is root's in a .cache or go of root's in this user's home: fixCaller gives both.
func madeBySudo(home, dir string) bool {
	uid := os.Geteuid()
	known, _ := user.Home(uid)
	if uid <= 0 || home == "" || filepath.Clean(known) != filepath.Clean(home) {
		return false
	}
	rel, err := filepath.Rel(home, dir)
	top, _, below := strings.Cut(rel, "/")
	if err != nil || !below || top != ".cache" && top != "go" {
		return false
	}
	for _, d := range []string{dir, filepath.Join(home, top)} {
		if fi, err := os.Lstat(d); err != nil || envfix.Owner(fi) != 0 {
			return false
		}
	}
	return true
}

// fixCaller gives the user who called sudo what an earlier sudo go made in the home, and returns the caches there.
func (c *command) fixCaller(environ []string, o *rights.Options, stdout io.Writer) (status int, caches []string) {
	uid, err := strconv.Atoi(getenv(environ, "SUDO_UID"))
	home, gid := user.Home(uid)
	if err != nil || uid <= 0 || os.Geteuid() != 0 || !filepath.IsAbs(home) || !isDir(home) {
		return 0, nil
	}
	changes := listing(o)
	report, caches, err := rights.FixHome(home, rights.Owner{UID: uid, GID: gid}, o)
	if err != nil {
		return c.say.failure(exitFailed, pasteable(err)), nil
	}
	if report.Total() == 0 && len(report.Left) == 0 {
		return 0, caches
	}
	changes(stdout)
	if o.Dry { // the caches are root's until the way to them is the user's
		caches = nil
	}
	return tellReport(home, report, o.Dry, stdout, c.say), caches
}

func (c *command) fixOne(dir string, o *rights.Options, stdout io.Writer) int {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return c.say.failure(exitFailed, err)
	}
	var report *rights.Report
	changes := listing(o)
	err = c.changing(dir, o, func() (err error) {
		report, err = rights.Fix(dir, o)
		return err
	})
	if err != nil {
		return c.say.failure(exitFailed, pasteable(err))
	}
	changes(stdout)
	return tellReport(dir, report, o.Dry, stdout, c.say)
}

// listing has a dry run collect what it would change, and returns what prints that, sorted by path.
func listing(o *rights.Options) (print func(io.Writer)) {
	if !o.Dry {
		return func(io.Writer) {}
	}
	var list []rights.Change
	o.Tell = func(c rights.Change) { list = append(list, c) }
	return func(w io.Writer) {
		slices.SortFunc(list, func(a, b rights.Change) int { return strings.Compare(a.Path, b.Path) })
		out := bufio.NewWriter(w)
		defer out.Flush()
		for _, c := range list {
			fmt.Fprintf(out, "%s: %s\n", visible(c.Path), c.What)
		}
	}
}

// caches are those that the go command uses here, and those that it would use without go-safe; of both what is there.
func caches(environ []string, real shim.Go) []string {
	var dirs []string
	for _, v := range imagined(environ, real, "build").resolve().Vars {
		if v.Name != "GOCACHE" && v.Name != "GOMODCACHE" {
			continue
		}
		for _, dir := range []string{v.Was.Value, v.Value} {
			// The user may have placed a link there.
			if dir, err := filepath.EvalSymlinks(dir); err == nil && filepath.IsAbs(dir) && isDir(dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// changing does something to a whole cache, alone, and shows how far it is. Others may go on while it only looks.
func (c *command) changing(dir string, o *rights.Options, do func() error) error {
	if !o.Dry && !c.noLocks && isDir(dir) {
		release, err := c.lockAll([]want{{"the cache", dir, lock.Exclusive}})
		if err != nil {
			return err
		}
		defer release()
	}
	defer showProgress(c.say, &o.Meter)()
	return do()
}

// tellReport prints what was changed, and says what was left.
func tellReport(dir string, r *rights.Report, dry bool, stdout io.Writer, say printer) int {
	fmt.Fprintf(stdout, "%s: %s\n", oneLine(dir), changes(r, dry))
	for _, l := range r.Left {
		say.line("left as they are: %d (%s), such as %s", l.Count, l.Why, l.First)
	}
	if len(r.Left) > 0 {
		return exitLeft
	}
	return 0
}

// changes counts in words: 3 modes, 2 ACLs changed among 120 entries.
func changes(r *rights.Report, dry bool) string {
	if r.Total() == 0 {
		return fmt.Sprintf("nothing to change among %d entries", r.Seen)
	}
	var words []string
	for kind, n := range r.Changed {
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, rights.Kind(kind)))
		}
	}
	would := ""
	if dry {
		would = "would be "
	}
	return fmt.Sprintf("%schanged: %s, among %d entries", would, strings.Join(words, ", "), r.Seen)
}
