package main

import (
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
			return cmd, fmt.Errorf("%s is no module@version; type: go safe help", arg)
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
	dir       string // GOMODCACHE
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
		return fmt.Errorf("no module cache is known: GOMODCACHE is %q; type: go safe env", v.dir)
	}
	switch fi, err := os.Stat(v.dir); {
	case errors.Is(err, fs.ErrNotExist) && len(v.modules) == 0:
		return nil
	case err == nil && !fi.IsDir():
		return fmt.Errorf("GOMODCACHE=%s is no directory", v.dir)
	}
	release, err := v.lock(cfg)
	if err != nil {
		return err
	}
	defer release()
	cache, err := modcache.Open(v.dir)
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
	case err == nil:
		return release, nil
	case isBusy(err), cfg.needLocks:
		return nil, fmt.Errorf("%s; nothing was healed; type: go safe locks", c.trouble(w, err))
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
	b := newBar(v.say.w, "verifying module versions:", len(entries))
	defer b.erase()
	return cache.Verify(entries, v.sums, b.show)
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
	sudo, name := "sudo ", envfix.UserName(owner.UID)
	if !strings.HasPrefix(name, "uid ") && owner.UID != 0 {
		sudo += "-u " + envfix.Quote(name) + " " // of users without a name sudo knows nothing: root gives them what it gets
	}
	exe, err := os.Executable() // sudo has a PATH of its own
	if err != nil {
		exe = typed(v.say.environ)
	}
	return fmt.Errorf("%s belongs to %s, who can heal it; type: %senv GOMODCACHE=%s %s safe verify --heal",
		owner.Path, name, sudo, envfix.Quote(v.dir), envfix.Quote(exe))
}
