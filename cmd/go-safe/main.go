package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/envfix"
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
	say := printer{stderr}
	cfg, err := readConfig(environ)
	if err != nil {
		return say.failure(exitFailed, err)
	}
	if setuid() {
		exe, _ := os.Executable()
		return say.failure(exitFailed, errors.New("refuses to run with the rights of its file's owner (setuid or setgid); type: chmod ug-s "+exe))
	}
	args := argv[min(1, len(argv)):]

	real, err := findGo(cfg, environ)
	if len(args) > 0 && args[0] == "safe" {
		return safe(args[1:], environ, real, err, cfg, stdout, say)
	}
	if err != nil {
		return say.failure(exitNotFound, err)
	}
	environ = guard(environ, cfg, real)
	if cfg.off {
		return start(shim.Exec, real, args, environ, say)
	}

	began := rights.Now()
	settings := envfix.ReadSettings(environ, real.GOROOT)
	class := shim.Classify(args, settings.Get("GOFLAGS").Value)
	plan, changed := settled(cfg, class, real, settings, say)
	report(say, cfg, real, class, plan, changed)
	seed(say, cfg, class, real, settings, plan)

	caches := cleaner{cfg, class, real, plan, settings, say}
	if err := caches.refused(); err != nil {
		return say.failure(exitFailed, err)
	}
	run := rights.Begin(began, places(cfg, args, class, real, plan, settings))
	wanted := alone(wants(cfg, class, real, plan, settings), run)
	release, err := lockAll(wanted, cfg, say)
	if err != nil {
		return say.failure(exitFailed, err)
	}
	defer release()

	environ = trust(plan.Environ(environ), cfg, class, say)
	if class.Clears != 0 {
		defer watch(say)()
		return caches.run(func() int { return start(shim.Run, real, args, environ, say) }, release)
	}
	staged := stage(class, real, settings, plan)
	if staged != nil {
		defer staged.Remove()
	}
	if cfg.child || len(wanted) > 0 || staged != nil || run.Due() {
		defer watch(say)()
		loadFirst(run, class, real, args, environ, plan.Value("GOMODCACHE"), cfg, say)
		after := explain(cfg, class, plan, settings, environ, say)
		status := start(repairing(run, class, runStaged(staged, cfg, say), cfg, say), real, args, environ, say)
		after(status)
		return status
	}
	return start(shim.Exec, real, args, environ, say)
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

// request says what envfix has to know of the command.
func request(class shim.Class, real shim.Go, settings *envfix.Settings) envfix.Request {
	return envfix.Request{
		Known:         settings,
		GOROOT:        real.GOROOT,
		Reads:         class.Writes == 0,
		WritesEnv:     class.Verb == "env" && class.Writes == shim.EnvFile,
		WritesBin:     class.Writes&shim.Bin != 0,
		ClearsBuild:   class.Clears&shim.BuildCache != 0,
		ClearsMod:     class.Clears&shim.ModCache != 0,
		Holds:         func(cache string) bool { return holds(cache, class, real, settings) },
		Switches:      func() bool { return switches(class, real, settings) },
		Unlockable:    lockability(class),
		Distrust:      func(dir string) string { return rights.Of(dir).Distrust() },
		DistrustBuild: func(dir string) string { return rights.Of(dir).DistrustBuild() },
	}
}

// lockability says of directories why they cannot be locked. What neither uses caches nor names them, as go version, is not kept waiting
// for that.
func lockability(class shim.Class) func(dir string) error {
	if class.Writes == 0 && class.Verb != "env" {
		return func(string) error { return nil }
	}
	return remembered(unlockable)
}

// workdir is the directory that the command works in.
func workdir(chdir string) string {
	dir, err := os.Getwd()
	if err != nil || filepath.IsAbs(chdir) {
		return chdir
	}
	return filepath.Join(dir, chdir)
}

// prepare resolves and makes the directories. A private folder that cannot be made (somebody else was
// faster) is left out and another one found; in the end there is none, and the values stay as they were.
func prepare(req envfix.Request) (plan *envfix.Plan, changed []string) {
	req.Failed = make(map[string]bool)
	for {
		plan = envfix.Resolve(req)
		changed, err := plan.Prepare()
		var folder *envfix.FolderError
		if !errors.As(err, &folder) || req.Failed[folder.Dir] {
			return plan, changed
		}
		req.Failed[folder.Dir] = true
	}
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

// start starts the real go by how, shim.Exec or shim.Run, and returns its exit status. Killed by a signal, it
// does not return where the system lets us die of the same.
func start(how func(shim.Command) (shim.Status, error), real shim.Go, args, environ []string, say printer) int {
	status, err := how(shim.Command{Path: real.Path, Args: args, Environ: environ})
	if errors.Is(err, syscall.ENOEXEC) { // a script without #!, which every shell would run (execvp(3))
		status, err = how(shim.Command{Path: "/bin/sh", Args: append([]string{real.Path}, args...), Environ: environ})
	}
	switch {
	case errors.Is(err, fs.ErrNotExist): // of a script the interpreter, of a program the dynamic linker
		return say.failure(exitCannotRun, fmt.Errorf("%w (its interpreter is missing); type: export GOSAFE_GO=/path/to/go", err))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOEXEC):
		return say.failure(exitCannotRun, fmt.Errorf("%w; type: export GOSAFE_GO=/path/to/go", err))
	case err != nil:
		return say.failure(exitCannotRun, err)
	case status.Signal != nil:
		return shim.Die(status.Signal)
	}
	return status.Code
}

// report says what the user has to know, and with GOSAFE_VERBOSE=1 every decision.
func report(say printer, cfg config, real shim.Go, class shim.Class, plan *envfix.Plan, changed []string) {
	for _, line := range changed {
		say.line("%s", line)
	}
	for _, v := range plan.Vars {
		// go version has no use for the directories, and nothing to be told about them.
		if v.Overrides() && (class.Writes != 0 || class.Verb == "env" || v.Name == "GOROOT") {
			say.warning(v)
		}
	}
	if !cfg.verbose {
		return
	}
	say.line("real go: %s", real.Path)
	say.line("command: go %s may write to: %s; removes: %s; starts a program: %t (%s)",
		class.Verb, class.Writes, class.Clears, class.Outlives, class.Why)
	for _, v := range plan.Vars {
		if v.Changed() {
			say.line("%s=%s: %s", v.Name, v.Value, v.Why)
		}
	}
}

// A printer prints our own messages: to standard error, "go-safe: " first, lower case, one line, no colour. The only
// labels are "warning:", where a value that the user chose is overridden or a promise is not kept, and "hint:".
type printer struct{ w io.Writer }

func (p printer) line(format string, args ...any) {
	fmt.Fprintf(p.w, "go-safe: %s\n", oneLine(fmt.Sprintf(format, args...)))
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

// oneLine keeps names with line breaks in them on one line.
func oneLine(s string) string {
	return strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(s)
}
