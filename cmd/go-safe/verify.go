package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// exitDamaged is the exit status of go safe verify where something is damaged.
const exitDamaged = 1

// A verifyCommand is a command line of go safe verify.
type verifyCommand struct {
	heal, json bool
	modules    []string
}

// parseVerify reads the arguments.
func parseVerify(args []string) (cmd verifyCommand, err error) {
	flags, modules, err := verbFlags("verify", args, "--heal", "--json")
	if err != nil {
		return cmd, err
	}
	for _, arg := range modules {
		if !strings.Contains(arg, "@") {
			return cmd, fmt.Errorf("%s is no module@version; type: "+self+" safe help", arg)
		}
	}
	return verifyCommand{heal: flags.has("--heal"), json: flags.has("--json"), modules: modules}, nil
}

// verify runs go safe verify <args>.
func verify(args, environ []string, real shim.Go, notFound error, cfg config, stdout io.Writer, say printer) int {
	cmd, err := parseVerify(args)
	if err != nil {
		return say.failure(exitFailed, err)
	}
	c := imagined(environ, real, "mod", "verify")
	plan := c.resolve()
	dir := plan.Value("GOMODCACHE")
	if t := plan.Twin; t != nil && !isDir(t.Dir) {
		dir = t.Of // commands read that until there is a twin
	}
	v := &verifier{verifyCommand: cmd, dir: dir, sums: c.project().Sums(), say: say}
	if cmd.heal {
		c.say = say
		c.prepare()
		v.temp = cmp.Or(c.plan.Value("GOTMPDIR"), c.plan.Value("TMPDIR"))
		v.goCommand = goFor(real, notFound, c.class.Flags, c.plan.Environ(guard(environ, cfg, real)))
	}
	if err := v.run(cfg); err != nil {
		return say.failure(exitFailed, err)
	}
	if err := v.print(stdout); err != nil {
		return say.failure(exitFailed, err)
	}
	if v.unhealed != nil {
		return say.failure(exitFailed, v.unhealed)
	}
	return v.status()
}

// A verifier is one go safe verify.
type verifier struct {
	verifyCommand
	dir       string      // GOMODCACHE
	reached   *fsinfo.Dir // that directory, where root heals it
	temp      string      // for what is fetched where others could redirect it in the cache
	sums      modcache.Sums
	goCommand modcache.Go
	say       printer

	unread        error // what could not be listed
	unhealed      error // why nothing was healed
	before, after []modcache.Result
	took          time.Duration
}

// run verifies, and heals. A module cache that is not there is in order.
func (v *verifier) run(cfg config) error {
	if !filepath.IsAbs(v.dir) {
		return fmt.Errorf("no module cache is known: GOMODCACHE is %q; type: "+self+" safe env", v.dir)
	}
	switch fi, err := os.Stat(v.dir); {
	case errors.Is(err, fs.ErrNotExist) && len(v.modules) == 0:
		return nil
	case err == nil && !fi.IsDir():
		return fmt.Errorf("GOMODCACHE=%s is no directory", v.dir)
	}
	if err := v.reach(); err != nil {
		return err
	}
	release, err := v.lock(cfg)
	if err != nil {
		return err
	}
	defer release()
	cache, err := v.open()
	if err != nil {
		return err
	}
	defer cache.Close()
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
		made := rights.Begin(rights.Now(), []rights.Place{{Dir: v.dir, Kind: rights.ModCache, May: func() bool { return !cfg.noRepair }}})
		if after, err := cache.Heal(v.before, v.sums, v.goCommand); err == nil {
			v.after = after
		} else {
			v.unhealed = v.whoCould(err)
		}
		tellRepair(made.Repair(), cfg, v.say)
		made.Close()
	}
	return nil
}

// reach opens what root is to change by the rule, before anything is done with its path.
func (v *verifier) reach() (err error) {
	if v.heal && os.Geteuid() == 0 {
		v.reached, err = rights.OpenDir(v.dir)
	}
	return v.asOwner(err)
}

// open opens the cache. Where others could redirect what root's go command does in it, that works elsewhere.
func (v *verifier) open() (*modcache.Cache, error) {
	if v.reached == nil {
		return modcache.Open(v.dir)
	}
	defer v.reached.Close()
	root, err := v.reached.Root()
	if err != nil {
		return nil, err
	}
	cache, err := modcache.In(root, v.dir)
	if err == nil && (cache.Foreign() || fsinfo.Keeps(v.dir) != nil) {
		if cache.Apart, err = v.apart(); err != nil {
			cache.Close()
		}
	}
	return cache, err
}

// apart is a directory where what root makes stays what it is.
func (v *verifier) apart() (string, error) {
	var first error
	for _, dir := range []string{v.temp, "/var/tmp", "/tmp"} {
		err := fsinfo.Keeps(dir)
		if err == nil {
			return dir, nil
		}
		first = cmp.Or(first, err)
	}
	return "", fmt.Errorf("%w; nothing was healed", first)
}

// asOwner says how the owner of the cache heals it where others could redirect root.
func (v *verifier) asOwner(err error) error {
	way, ok := errors.AsType[*fsinfo.WayError](err)
	fi, statErr := os.Stat(v.dir)
	if !ok || statErr != nil {
		return err
	}
	if uid := envfix.Owner(fi); uid != 0 && way.Run == "" {
		return fmt.Errorf("%w; or run: %s", err, v.healAs(uid))
	}
	return err
}

// lock takes the lock on the cache: others may use it while it is verified, but not while it is healed. Who cannot have it
// verifies all the same, and heals where the file system has no locks.
func (v *verifier) lock(cfg config) (release func(), err error) {
	c := &command{config: cfg, say: v.say}
	w := want{name: "GOMODCACHE", dir: v.dir, mode: lock.Shared}
	if !v.heal {
		return c.lockAll(slices.DeleteFunc([]want{w}, func(want) bool { return cfg.noLocks }))
	}
	w.mode = lock.Exclusive
	if cfg.noLocks {
		return func() {}, nil
	}
	release, err = c.acquire(w, c.patient())
	switch {
	case release != nil:
		return release, nil
	case err != nil && (isBusy(err) || cfg.needLocks):
		return nil, fmt.Errorf("%s; nothing was healed; type: "+self+" safe locks", c.trouble(w, err))
	}
	return func() {}, nil
}

// entries are what is to be verified.
func (v *verifier) entries(cache *modcache.Cache) ([]modcache.Entry, error) {
	if len(v.modules) == 0 {
		return cache.Entries()
	}
	var entries []modcache.Entry
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

// pass is Verify with a progress bar.
func (v *verifier) pass(cache *modcache.Cache, entries []modcache.Entry) []modcache.Result {
	b := newBar(v.say.w, "verifying modules, percent done:", 100)
	defer b.erase()
	return cache.Verify(entries, v.sums, func(done, all int64) { b.show(int(100 * done / all)) })
}

func damaged(r modcache.Result) bool { return len(r.Findings) > 0 }

// whoCould says who may change what this user may not, and how.
func (v *verifier) whoCould(err error) error {
	var owner *modcache.OwnerError
	if !errors.As(err, &owner) {
		return err
	}
	if owner.UID == os.Geteuid() {
		return fmt.Errorf("%s is closed to its owner; type: chmod u+rwx %s", owner.Path, envfix.Quote(owner.Path))
	}
	return fmt.Errorf("%s belongs to %s, who can heal it; type: %s", owner.Path, envfix.UserName(owner.UID), v.healAs(owner.UID))
}

// healAs is a command line with which a user heals the cache.
func (v *verifier) healAs(uid int) string {
	sudo, name := "sudo ", envfix.UserName(uid)
	if !strings.HasPrefix(name, "uid ") && uid != 0 {
		sudo += "-u " + envfix.Quote(name) + " " // of users without a name sudo knows nothing: root gives them what it gets
	}
	return fmt.Sprintf("%senv GOMODCACHE=%s %s safe verify --heal", sudo, envfix.Quote(v.dir), underSudo())
}
