package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/bindir"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/explain"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/prefill"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/safecmd"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/vcs"
	"github.com/go-safe/go-safe/shim"
)

// A command is a go command that go-safe looks after.
type command struct {
	*job.Job
	start     shim.Command
	say       say.Printer
	locker    *cachelock.Locker
	explainer *explain.Explainer

	began    time.Time
	recorded bool          // the record is written
	filled   *prefill.Call // the pull before the command; nil without one, and if it could not be run
}

// setEnviron sets the environment that the plan gives to the command.
func (c *command) setEnviron() {
	c.Environ = c.asInvoker(c.trustRepo(c.Plan.Environ(c.Environ)))
	c.start.Environ = c.Environ
}

// trustRepo makes git answer the go command about the repository around the working directory, even if another user
// owns it, if the user wants that. It finds the repository in the same way as the go command, and makes git
// trust no other one.
func (c *command) trustRepo(environ []string) []string {
	if !c.TrustRepo || c.Line.Stamped == nil {
		return environ
	}
	repo, ok := vcs.Find(c.Dir())
	if !ok || !repo.Foreign {
		return environ
	}
	if c.Verbose {
		c.say.Line("repository: git is told to trust %s", repo.Dir)
	}
	return repo.Trust(environ)
}

// asInvoker lets Windows start a program that it takes for an installer, with the rights that we have. Windows would
// otherwise refuse that to all but administrators.
func (c *command) asInvoker(environ []string) []string {
	const name = "__COMPAT_LAYER"
	if runtime.GOOS != "windows" || envfix.Getenv(environ, name) != "" {
		return environ
	}
	program := c.Installer()
	if program == "" {
		return environ
	}
	if c.Verbose {
		c.say.Line("%s=RunAsInvoker, because Windows may take %s for an installer", name, program)
	}
	return envfix.Setenv(environ, name, "RunAsInvoker")
}

// supervise runs the real go as a child, repairs what that made, installs what it built in the stage, if there is one,
// and explains a failure.
func (c *command) supervise(repairs *repair.Run, stage *bindir.Stage) int {
	releaseLoad, err := c.lockBeforeStart(repairs)
	if err != nil {
		stage.Remove()
		c.record(shim.Status{Code: say.ExitFailed}, nil, audit.Lock)
		return c.say.Failure(say.ExitFailed, err)
	}
	defer releaseLoad()

	c.start.OnStart = c.explainer.CountKills // while the child starts, which takes longer
	start := c.start
	if stage != nil {
		start.Environ = envfix.Setenv(start.Environ, "GOBIN", stage.Dir)
	}
	status, report, err := c.runChild(start, repairs, releaseLoad)

	if stage != nil && err == nil && status.Signal == nil { // after a signal a file may be incomplete
		failed, placed := c.placeBinaries(stage)
		status.Code = cmp.Or(status.Code, failed)
		if placed && repairs.Due() {
			shim.DeferSignals(func() { report = repairs.Repair() })
		}
	}
	stage.Remove() // now, because childStatus may not return
	safecmd.TellRepair(report, c.Verbose, c.say)

	if status.Signal != nil { // childStatus may not return
		c.record(status, report, c.causeOfSignal(status))
	}
	if err == nil && !status.Interrupted {
		c.push()
	}
	code := c.childStatus(status, err)
	if status.Interrupted { // a user who sends a signal does not wait for an explanation
		c.record(shim.Status{Code: code}, report, audit.Other)
		return code
	}
	hint := c.explainer.Hint(code)
	if hint != "" {
		c.say.Hint(hint)
	}
	if c.Audit != "" {
		c.record(shim.Status{Code: code}, report, c.explainer.Cause(code, hint, c.began))
	}
	return code
}

// exec replaces this process by the real go. It returns an exit status only if that fails, or on Windows.
func (c *command) exec() int {
	status, err := shim.Exec(c.start)
	return exitStatus(status, err, c.say)
}

// childStatus returns the exit status of a child. If a limit of the system forbade to start one, this process becomes
// the real go.
func (c *command) childStatus(status shim.Status, err error) int {
	if isResourceLimit(err) && !c.RequireLocks {
		c.say.Warn("%v; going on without a lock, as plain go would", err)
		return c.exec()
	}
	return exitStatus(status, err, c.say)
}

// exitStatus returns the exit status of the real go; err says why it could not be started. If a signal killed the go
// command, this process dies of the same signal and exitStatus does not return, if the system can do that.
func exitStatus(status shim.Status, err error, p say.Printer) int {
	another := "run: " + shell.Set("GOSAFE_GO", shell.OtherGo())
	switch {
	case errors.Is(err, fs.ErrNotExist): // the interpreter of a script, or the dynamic linker of a program
		return p.Failure(say.ExitCannotRun, fmt.Errorf("%w (its interpreter is missing); %s", err, another))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOEXEC):
		return p.Failure(say.ExitCannotRun, fmt.Errorf("%w; %s", err, another))
	case proc.NeedsElevation(err):
		return p.Failure(say.ExitCannotRun, fmt.Errorf("%w Windows takes it for an installer; run: %s", err,
			shell.Set("__COMPAT_LAYER", "RunAsInvoker")))
	case err != nil:
		return p.Failure(say.ExitCannotRun, err)
	case status.Signal != nil:
		return proc.Die(status.Signal)
	}
	return status.Code
}

// isResourceLimit reports whether a limit of the system forbids to start a second process.
func isResourceLimit(err error) bool {
	for _, limit := range []error{syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}

// argv0 returns the argv[0] of the real go, which ps shows: the name with which go-safe was called, if that is
// go. A version manager's shim may look at the path with which it is called, so it gets its own path.
func argv0(argv []string, real shim.Go) string {
	switch {
	case real.GOROOT == "":
		return ""
	case len(argv) > 0 && strings.TrimSuffix(filepath.Base(argv[0]), ".exe") == "go":
		return argv[0]
	}
	return "go"
}
