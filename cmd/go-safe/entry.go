package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/entry"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/runas"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/site"
	"github.com/go-safe/go-safe/shim"
)

// runEntry is the story of go safe entrypoint and go safe exec: change the user, and then run the go command, as run
// tells, or another program with the directories that a go command would get.
func runEntry(verb string, args, argv, environ []string, stdout, stderr io.Writer) int {
	p := say.Printer{W: stderr, Environ: environ}
	e, err := parseEntry(verb, args)
	if unknown := (*entry.UnknownError)(nil); errors.As(err, &unknown) {
		return p.Failure(say.ExitNotFound, err)
	}
	if err == nil && e.User != "" {
		environ, err = becomeUser(e.User, environ)
	}
	if err == nil && e.Init {
		err = proc.AdoptOrphans()
	}
	if err != nil {
		return p.Failure(say.ExitFailed, err)
	}
	if e.Go {
		return run(append([]string{argv[0]}, e.Args...), environ, stdout, stderr)
	}
	return runProgram(e, environ, p)
}

// entryVerb returns entrypoint or exec if these are the arguments of one of them, else "". go safe exec --help is for
// safecmd; with entrypoint each flag is the go command's.
func entryVerb(args []string) string {
	if len(args) < 2 || args[0] != "safe" || args[1] != "entrypoint" && args[1] != "exec" {
		return ""
	}
	if args[1] == "exec" && len(args) > 2 && slices.Contains([]string{"-h", "-help", "--help"}, args[2]) {
		return ""
	}
	return args[1]
}

func parseEntry(verb string, args []string) (entry.Entry, error) {
	if verb == "exec" {
		return entry.Exec(args)
	}
	return entry.Entrypoint(args, func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	})
}

// becomeUser makes this process the user's, and returns the environment with a home of that user.
func becomeUser(value string, environ []string) ([]string, error) {
	u, err := runas.Parse(value, ".")
	if err != nil {
		return nil, err
	}
	was := os.Geteuid()
	if err := u.Become(); err != nil || os.Geteuid() == was {
		return environ, err
	}
	return envfix.WithHome(environ, u.Home), nil
}

// runProgram runs a program that is no go command, with the directories that go test would get: that uses them all.
func runProgram(e entry.Entry, environ []string, p say.Printer) int {
	path, err := exec.LookPath(e.Args[0])
	if errors.Is(err, fs.ErrPermission) {
		return p.Failure(say.ExitCannotRun, err)
	}
	if err != nil {
		return p.Failure(say.ExitNotFound, fmt.Errorf("%s: not found on PATH", shell.Quote(e.Args[0])))
	}
	cfg, err := config.Read(environ, site.Read(site.Dir(environ)))
	if err != nil {
		return p.Failure(say.ExitFailed, err)
	}
	if !cfg.Off {
		environ = forProgram(cfg, environ, p)
	}
	start := shim.Command{Path: path, Name: e.Args[0], Args: e.Args[1:], Environ: environ, Init: proc.Adopts()}
	how := shim.Exec
	if start.Init {
		how = shim.Run
	}
	status, err := how(start)
	if err != nil {
		return p.Failure(say.ExitCannotRun, err)
	}
	return exitStatus(status, nil, p)
}

// forProgram returns the environment for a program that may run go commands. If there is no go, it stays as it is.
func forProgram(cfg config.Config, environ []string, p say.Printer) []string {
	real, err := findGo(cfg, environ, nil)
	if err != nil {
		return environ
	}
	c := newCommand(cfg, real, shim.Command{Environ: environ, Args: []string{"test"}}, p)
	c.planDirs()
	c.tellPlan()
	c.fillPrivateCopy()
	return c.Plan.Environ(c.Environ)
}
