package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/explain"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/safecmd"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/site"
	"github.com/go-safe/go-safe/internal/tree"
	"github.com/go-safe/go-safe/shim"
)

func main() {
	// A parent-death signal that our parent set survives exec only in the first thread (prctl(2)).
	runtime.LockOSThread()
	growStack(false)
	os.Exit(run(os.Args, os.Environ(), os.Stdout, os.Stderr))
}

// run is the whole story: read settings, find the real go, prepare its environment, take locks, run it, repair,
// and return the exit status.
func run(argv, environ []string, stdout, stderr io.Writer) int {
	p := say.Printer{W: stderr, Environ: environ}
	if setuid() {
		exe, _ := os.Executable()
		return p.Failure(say.ExitFailed, errors.New("refuses to run with the rights of its file's owner "+
			"(setuid or setgid); run: chmod ug-s "+shell.Quote(exe)))
	}
	cfg, err := config.Read(environ, site.Read(site.Dir(environ)))
	if err != nil {
		return p.Failure(say.ExitFailed, err)
	}
	environ = envfix.WithoutSite(environ, cfg.Site)
	args, err := ownFlags(argv)
	if err != nil {
		return p.Failure(say.ExitFailed, err)
	}
	if twoUsers() { // the caller was so before, as a daemon is after seteuid(2), and plain go runs for it
		if len(args) > 0 && args[0] == "safe" {
			return p.Failure(say.ExitFailed, errors.New("go safe works for one user, and here the real and the effective "+
				"user or group differ"))
		}
		cfg.Off = true
	}
	if verb := entryVerb(args); verb != "" {
		return runEntry(verb, args[2:], argv, environ, stdout, stderr)
	}

	real, err := findGo(cfg, environ, args)
	if len(args) > 0 && args[0] == "safe" {
		return safecmd.Run(safecmd.Call{
			Config: cfg, Args: args[1:], Environ: environ, Real: real, NotFound: err, Stdout: stdout, Say: p,
		})
	}
	if err != nil {
		return p.Failure(say.ExitNotFound, err)
	}
	start := shim.Command{
		Path: real.Path, Name: argv0(argv, real), Args: args, Environ: job.RecordVia(environ, cfg.Via, real),
	}
	if cfg.Off {
		status, err := shim.Exec(start)
		return exitStatus(status, err, p)
	}
	start.Init = proc.Adopts()
	return newCommand(cfg, real, start, p).run()
}

// twoUsers reports whether this process acts for another user than the one who started it.
func twoUsers() bool { return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid() }

// ownFlags returns the arguments of go. A program called go-safe, not go, has two flags of its own: --help and
// --version mean go safe help and go safe version. A verb without safe, such as go-safe doctor, is an error that says
// what to run: to run it could not be right for all, because go-safe fix and go-safe install are go fix and go install.
func ownFlags(argv []string) (args []string, err error) {
	args = argv[min(1, len(argv)):]
	if len(args) == 0 || strings.TrimSuffix(filepath.Base(argv[0]), ".exe") != "go-safe" {
		return args, nil
	}
	switch {
	case len(args) == 1 && slices.Contains([]string{"-h", "-help", "--help", "-version", "--version"}, args[0]):
		return []string{"safe", args[0]}, nil
	case safecmd.Has(args[0]) && !shim.Knows(args[0]):
		return nil, fmt.Errorf("go-safe %s: go has no such command; run: %s safe %[1]s", args[0], shell.Self)
	}
	return args, nil
}

// newCommand reads everything on which the command depends.
func newCommand(cfg config.Config, real shim.Go, start shim.Command, p say.Printer) *command {
	j := job.New(cfg, real, start.Environ, start.Args)
	start.Environ = j.Environ
	locker := cachelock.New(cfg, j.Line.Removes != 0, p)
	return &command{Job: j, start: start, say: p, locker: locker, explainer: explain.New(j), began: time.Now()}
}

// run is the story of a go command that go-safe looks after.
func (c *command) run() int {
	began := tree.Now()
	c.planDirs()
	c.tellPlan()
	c.fillPrivateCopy()
	if err := c.refuseClean(); err != nil {
		c.record(shim.Status{Code: say.ExitFailed}, nil, audit.FS)
		return c.say.Failure(say.ExitFailed, err)
	}
	c.setEnviron()
	// Near the limits the Go runtime crashes if it cannot make a thread. Without go-safe beside it the command has more
	// room, and that matters more than locks and repairs.
	if c.NearLimits() && !c.RequireLocks {
		return c.exec()
	}
	repairs := repair.Open(began, c.Caches.Of, c.RepairPlaces())
	defer func() { repairs.Close() }()
	c.pull() // without locks: a clean need not wait until a store answers
	locks := c.locks()
	release, err := c.locker.AcquireAll(locks)
	if err != nil {
		c.record(shim.Status{Code: say.ExitFailed}, nil, audit.Lock)
		return c.say.Failure(say.ExitFailed, err)
	}
	defer release()
	if c.locker.Waited() {
		repairs = c.openRepairsAgain(began, repairs)
	}
	if c.Line.Removes != 0 {
		defer cachelock.Watch(c.say)()
		return c.clean(release, repairs)
	}
	stage := c.stage()
	if c.Child || c.start.Init || len(locks) > 0 || stage != nil || repairs.Due() || c.SetsUpToolchain() {
		defer cachelock.Watch(c.say)()
		return c.supervise(repairs, stage)
	}
	if hint := c.explainer.HintBeforeExec(); hint != "" {
		c.say.Hint(hint)
	}
	return c.exec()
}

// findGo finds the real go: GOSAFE_GO, else PATH.
func findGo(cfg config.Config, environ, args []string) (shim.Go, error) {
	path := envfix.Getenv(environ, "PATH")
	goroot := envfix.Getenv(environ, "GOROOT")
	search := shim.Search{Path: path, Root: goroot, Via: cfg.Via, Args: args}
	if cfg.RealGo != "" {
		g, why := search.Check(cfg.RealGo)
		if _, ours := envfix.LookupEnv(environ, "GOSAFE_GO"); why != "" && !ours {
			cfg.Site.Refuse("GOSAFE_GO", why)
			return search.Find()
		}
		if why != "" {
			return g, fmt.Errorf("GOSAFE_GO=%s: %s; run: %s", cfg.RealGo, why, shell.Unset("GOSAFE_GO"))
		}
		return g, nil
	}
	g, err := search.Find()
	if err != nil {
		return g, fmt.Errorf("%w; install Go (https://go.dev/dl) or run: %s", err, shell.Set("GOSAFE_GO", shell.OtherGo()))
	}
	return g, nil
}
