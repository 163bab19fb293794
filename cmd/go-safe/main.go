package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

func main() {
	// A parent-death signal that our parent set is kept over exec by the first thread alone (prctl(2)).
	runtime.LockOSThread()
	os.Exit(run(os.Args, os.Environ(), os.Stdout, os.Stderr))
}

// Exit statuses of our own, as env(1), nohup(1) and the shells have them.
const (
	exitFailed    = 125 // go-safe itself failed
	exitCannotRun = 126 // the real go was found and cannot be run
	exitNotFound  = 127 // no real go was found
)

// run is the whole story: argv + environ → decide → prepare env → lock → run → repair → exit status.
func run(argv, environ []string, stdout, stderr io.Writer) int {
	say := printer{stderr, environ}
	cfg, err := readConfig(environ)
	if err != nil {
		return say.failure(exitFailed, err)
	}
	if setuid() {
		exe, _ := os.Executable()
		return say.failure(exitFailed, errors.New("refuses to run with the rights of its file's owner (setuid or setgid); type: chmod ug-s "+envfix.Quote(exe)))
	}
	args := argv[min(1, len(argv)):]

	real, err := findGo(cfg, environ)
	if len(args) > 0 && args[0] == "safe" {
		return safe(args[1:], environ, real, err, cfg, stdout, say)
	}
	if err != nil {
		return say.failure(exitNotFound, err)
	}
	c := &command{config: cfg, say: say, real: real, environ: guard(environ, cfg, real), args: args}
	if len(argv) > 0 {
		c.argv0 = argv[0]
	}
	if cfg.off {
		return c.start(shim.Exec)
	}

	began := rights.Now()
	c.decide()
	c.settle()
	c.report()
	defer c.seed()() // what is left to do comes after the locks were given back
	if err := c.refused(); err != nil {
		return say.failure(exitFailed, err)
	}
	if proc.Cramped() && !cfg.needLocks {
		c.environ = c.trust(c.plan.Environ(c.environ))
		return c.start(shim.Exec)
	}
	repairs := rights.Begin(began, c.places())
	wanted := c.alone(c.wants())
	release, err := c.lockAll(wanted)
	if err != nil {
		return say.failure(exitFailed, err)
	}
	defer release()

	c.environ = c.trust(c.plan.Environ(c.environ))
	if c.class.Clears != 0 {
		defer watch(say)()
		return c.clean(release, repairs)
	}
	staged := c.stage()
	if cfg.child || len(wanted) > 0 || staged != nil || repairs.Due() || c.readies() {
		defer watch(say)()
		if err := c.loadFirst(repairs); err != nil {
			return say.failure(exitFailed, err)
		}
		loaded := func() {}
		if !c.class.Outlives {
			if loaded, err = c.lockLoad(repairs); err != nil {
				return say.failure(exitFailed, err)
			}
			defer loaded()
		}
		explain := c.explain()
		status := c.start(c.repairing(repairs, loaded, c.placing(staged)))
		explain(status)
		return status
	}
	c.foretell()
	return c.start(shim.Exec)
}

// findGo finds the real go: GOSAFE_GO, else PATH.
func findGo(cfg config, environ []string) (shim.Go, error) {
	search := shim.Search{Path: getenv(environ, "PATH"), Root: getenv(environ, "GOROOT"), Via: cfg.via}
	if cfg.realGo != "" {
		g, why := search.Check(cfg.realGo)
		if why != "" {
			return g, fmt.Errorf("GOSAFE_GO=%s: %s; type: unset GOSAFE_GO", cfg.realGo, why)
		}
		return g, nil
	}
	g, err := search.Find()
	if err != nil {
		return g, fmt.Errorf("%w; install Go (https://go.dev/dl) or type: export GOSAFE_GO=/path/to/go", err)
	}
	return g, nil
}

// guard puts down which way this chain of processes came, unless it ends here: the go command in a tree of its
// own starts no other, and what it starts is to begin anew.
func guard(environ []string, cfg config, real shim.Go) []string {
	if real.GOROOT != "" {
		if getenv(environ, "GOSAFE_VIA") == "" {
			return environ
		}
		return envfix.Setenv(environ, "GOSAFE_VIA", "")
	}
	return envfix.Setenv(environ, "GOSAFE_VIA", cfg.via.Then(real.Path))
}

// A printer prints our own messages: to standard error, "go-safe: " first, lower case, one line, no colour. The only
// labels are "warning:", where a value that the user chose is overridden or a promise is not kept, and "hint:".
type printer struct {
	w       io.Writer
	environ []string
}

func (p printer) line(format string, args ...any) {
	write(p.w, "go-safe: "+typable(fmt.Sprintf(format, args...), p.environ)+"\n")
}

// failure says why go-safe failed, and returns the status given.
func (p printer) failure(status int, err error) int {
	p.line("%v", err)
	return status
}

// warning says that a chosen value is overridden, by what, and how to be rid of the message.
func (p printer) warning(v envfix.Var) {
	instead := "using " + v.Value
	if v.Value == "" {
		instead = "ignored"
	}
	hint := ""
	if v.Hint != "" {
		hint = "; to silence this: " + v.Hint
	}
	p.line("warning: %s: %s; %s%s", v.Name, v.Why, instead, hint)
}
