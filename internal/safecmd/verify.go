package safecmd

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/modverify"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/tree"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
)

// exitDamaged is the exit status of go safe verify if something is damaged.
const exitDamaged = 1

// A verifyCommand is a command line of go safe verify.
type verifyCommand struct {
	heal, json bool
	modules    []string
}

// parseVerify reads the arguments.
func parseVerify(flags flagSet, modules []string) (cmd verifyCommand, err error) {
	for _, arg := range modules {
		if !strings.Contains(arg, "@") {
			return cmd, fmt.Errorf("%s is no module@version; run: "+shell.Self+" safe help verify", arg)
		}
	}
	return verifyCommand{heal: flags.has("--heal"), json: flags.has("--json"), modules: modules}, nil
}

// runVerify runs go safe verify <args>.
func runVerify(c Call, flags flagSet, modules []string) int {
	cmd, err := parseVerify(flags, modules)
	if err != nil {
		return c.fail(err)
	}
	j := job.DryRun(c.Config, c.Real, c.Environ, "mod", "verify")
	dir := j.Plan.ModCache.Value
	if t := j.Plan.PrivateCopy; t != nil && !fsinfo.IsDir(t.Dir) {
		dir = t.Of // commands read the cache in place until its private copy exists
	}
	v := &verifier{verifyCommand: cmd, cfg: c.Config, dir: dir, sums: j.Project().Sums(), say: c.Say}
	if cmd.heal {
		for _, line := range j.MakeDirs() {
			c.Say.Line("%s", line)
		}
		v.temp = cmp.Or(j.Plan.WorkDir.Value, j.Plan.TempDir.Value)
		environ := j.Plan.Environ(job.RecordVia(c.Environ, c.Via, c.Real))
		v.goCommand = goFor(c.Real, c.NotFound, j.Line.Defaults, environ)
	}
	if err := v.run(); err != nil {
		return c.fail(err)
	}
	if v.repaired != nil {
		TellRepair(v.repaired, c.Verbose, c.Say)
	}
	if err := v.print(c.Stdout); err != nil {
		return c.fail(err)
	}
	if v.unhealed != nil {
		return c.fail(v.unhealed)
	}
	return v.status()
}

// A verifier is one go safe verify.
type verifier struct {
	verifyCommand
	cfg       config.Config
	dir       string      // GOMODCACHE
	reached   *fsinfo.Dir // that directory, opened by root's rule; nil if root does not heal
	temp      string      // for root's downloads, if others could redirect them in the cache
	sums      gomod.Sums
	goCommand modverify.Go
	say       say.Printer

	progress      atomic.Pointer[func() say.State] // how far the work is that goes on
	unread        error                            // what could not be listed
	unhealed      error                            // why nothing was healed
	before, after []modverify.Result
	repaired      *tree.Report // the rights of what was made; nil if nothing was healed
	took          time.Duration
}

// begins tells which work begins, and how far that is.
func (v *verifier) begins(what string, count func(*say.State)) {
	state := func() say.State {
		s := say.State{What: what, Path: v.dir}
		count(&s)
		return s
	}
	v.progress.Store(&state)
}

// run verifies, and heals. A missing module cache has no damage.
func (v *verifier) run() error {
	if !filepath.IsAbs(v.dir) {
		return fmt.Errorf("no module cache is known: GOMODCACHE is %q; run: "+shell.Self+" safe env", v.dir)
	}
	switch fi, err := os.Stat(v.dir); {
	case errors.Is(err, fs.ErrNotExist) && len(v.modules) == 0:
		return nil
	case err == nil && !fi.IsDir():
		return fmt.Errorf("GOMODCACHE=%s is no directory", v.dir)
	}
	if err := v.openForRoot(); err != nil {
		return err
	}
	release, err := v.lock()
	if err != nil {
		return err
	}
	defer release()
	cache, err := v.open()
	if err != nil {
		return err
	}
	defer cache.Close()
	v.begins("reading", func(*say.State) {})
	defer v.say.Progress(func() say.State { return (*v.progress.Load())() })()
	entries, err := v.entries(cache)
	if len(entries) == 0 && err != nil {
		return err
	}
	v.unread = err
	start := time.Now()
	v.before = v.pass(cache, entries)
	v.took = time.Since(start)
	v.after = v.before
	if v.heal && slices.ContainsFunc(v.before, damaged) {
		mayRepair := func() bool { return !v.cfg.NoRepair }
		made := repair.Open(tree.Now(), rights.Of, []repair.Place{{Dir: v.dir, Kind: layout.ModCache, May: mayRepair}})
		v.begins("healing", func(s *say.State) { s.Done, s.All = cache.Repaired(); s.Unit = "steps" })
		if after, err := cache.Repair(v.before, v.sums, v.goCommand); err == nil {
			v.after = after
		} else {
			v.unhealed = v.explainOwner(err)
		}
		v.repaired = made.Repair()
		made.Close()
	}
	return nil
}

// openForRoot opens the cache by root's rule before its path is used, if root will change it.
func (v *verifier) openForRoot() (err error) {
	if v.heal && os.Geteuid() == 0 {
		v.reached, err = rights.OpenDir(v.dir)
	}
	return v.adviseOwner(err)
}

// open opens the cache. If others could redirect root's go command in it, that command works in another directory.
func (v *verifier) open() (*modverify.Cache, error) {
	if v.reached == nil {
		return modverify.Open(v.dir)
	}
	defer v.reached.Close()
	root, err := v.reached.Root()
	if err != nil {
		return nil, err
	}
	cache, err := modverify.In(root, v.dir)
	if err == nil && (cache.OthersWrite() || fsinfo.CheckOnlyRoot(v.dir) != nil) {
		if cache.Apart, err = v.rootOnlyDir(); err != nil {
			cache.Close()
		}
	}
	return cache, err
}

// rootOnlyDir returns a directory in which only root can change what root makes.
func (v *verifier) rootOnlyDir() (string, error) {
	var first error
	for _, dir := range envfix.SystemTemps(v.temp) {
		err := fsinfo.CheckKept(dir)
		if err == nil {
			return dir, nil
		}
		first = cmp.Or(first, err)
	}
	return "", fmt.Errorf("%w; nothing was healed", first)
}

// adviseOwner adds to the error that others could redirect root how the cache's owner can heal it.
func (v *verifier) adviseOwner(err error) error {
	var way *fsinfo.WayError
	fi, statErr := os.Stat(v.dir)
	if !errors.As(err, &way) || statErr != nil {
		return err
	}
	if uid := fsinfo.Owner(fi); uid != 0 && way.Run == "" {
		return fmt.Errorf("%w; or run: %s", err, v.healAs(uid))
	}
	return err
}

// lock takes the lock on the cache. Others may use the cache while it is verified, but not while it is healed.
// Verifying goes on without the lock. Healing does only if the file system has no locks.
func (v *verifier) lock() (release func(), err error) {
	l := cachelock.New(v.cfg, false, v.say)
	w := cachelock.Lock{Name: "GOMODCACHE", Dir: v.dir, Mode: lock.Shared}
	if !v.heal {
		return l.AcquireAll([]cachelock.Lock{w})
	}
	w.Mode = lock.Exclusive
	release, err = l.AcquireOrFail(w)
	if err != nil {
		return nil, fmt.Errorf("%w; nothing was healed; run: "+shell.Self+" safe locks", err)
	}
	if release == nil {
		release = func() {}
	}
	return release, nil
}

// entries returns what to verify: the modules that the user named, or all.
func (v *verifier) entries(cache *modverify.Cache) ([]modverify.Entry, error) {
	if len(v.modules) == 0 {
		return cache.Entries()
	}
	var entries []modverify.Entry
	for _, arg := range v.modules {
		path, version, _ := strings.Cut(arg, "@")
		e, err := cache.Module(path, version)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// pass is Verify, which tells how far it is.
func (v *verifier) pass(cache *modverify.Cache, entries []modverify.Entry) []modverify.Result {
	var done, all atomic.Int64
	v.begins("verifying", func(s *say.State) { s.Done, s.All, s.Unit = done.Load(), all.Load(), say.Bytes })
	return cache.Verify(entries, v.sums, func(read, of int64) {
		done.Store(read)
		all.Store(of)
	})
}

func damaged(r modverify.Result) bool { return len(r.Findings) > 0 }

// explainOwner says which user can make the change, and how.
func (v *verifier) explainOwner(err error) error {
	var owner *modverify.OwnerError
	if !errors.As(err, &owner) {
		return err
	}
	if owner.UID == os.Geteuid() {
		return fmt.Errorf("%s is closed to its owner; run: %s", owner.Path, shell.Allow("rwx", owner.Path))
	}
	return fmt.Errorf("%s belongs to %s, who can heal it; run: %s",
		owner.Path, user.Name(owner.UID), v.healAs(owner.UID))
}

// healAs returns the command line with which the user heals the cache.
func (v *verifier) healAs(uid int) string {
	sudo, name := "sudo ", user.Name(uid)
	if !strings.HasPrefix(name, "uid ") && uid != 0 {
		sudo += "-u " + shell.Quote(name) + " " // a user without a name: root runs the line, and gives him the files
	}
	return fmt.Sprintf("%senv GOMODCACHE=%s %s safe verify --heal", sudo, shell.Quote(v.dir), say.UnderSudo())
}
