package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-safe/go-safe/doctor"
	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/shim"
)

// exitBroken is the exit status of go safe doctor where something is broken.
const exitBroken = 1

// checkLimit is how long a check may take: longer than the trial of a lock.
const checkLimit = lockTrial + time.Second

// A doctorCommand is a command line of go safe doctor.
type doctorCommand struct {
	verbose, json    bool
	fix, yes, dryRun bool
	net, login       bool
	checks           []doctor.Check
	asked            []doctor.Check // those that --net and --login ask for, which take longer
}

// parseDoctor reads the arguments.
func parseDoctor(args []string) (cmd doctorCommand, err error) {
	flags, rest, err := verbFlags("doctor", args, "--v", "--verbose", "--json", "--fix", "--yes", "--dry-run", "--net", "--login", "--only=")
	if err != nil {
		return cmd, err
	}
	if len(rest) > 0 {
		return cmd, fmt.Errorf("unknown argument: go safe doctor %s; type: "+self+" safe help", rest[0])
	}
	cmd = doctorCommand{
		verbose: flags.has("--v") || flags.has("--verbose"),
		json:    flags.has("--json"),
		fix:     flags.has("--fix"),
		yes:     flags.has("--yes"),
		dryRun:  flags.has("--dry-run"),
		net:     flags.has("--net"),
		login:   flags.has("--login"),
	}
	var only []string
	if flags.has("--only") {
		only = strings.Split(flags["--only"], ",")
	}
	switch {
	case (cmd.yes || cmd.dryRun) && !cmd.fix:
		return cmd, errors.New("--yes and --dry-run go with --fix; type: " + self + " safe help")
	case cmd.json && cmd.fix:
		return cmd, errors.New("--json and --fix exclude each other; type: " + self + " safe help")
	}
	return cmd, cmd.chooseChecks(only)
}

// chooseChecks takes those with the IDs, all where there are none. What has to be asked for is not done because it is named.
func (cmd *doctorCommand) chooseChecks(ids []string) error {
	var known []string
	for _, group := range []struct {
		checks []doctor.Check
		to     *[]doctor.Check
		flag   string
		given  bool
	}{
		{doctor.Checks(), &cmd.checks, "", true},
		{doctor.LoginChecks(), &cmd.asked, "--login", cmd.login},
		{doctor.NetChecks(), &cmd.asked, "--net", cmd.net},
	} {
		for _, c := range group.checks {
			known = append(known, c.ID)
			switch named := slices.Contains(ids, c.ID); {
			case named && !group.given:
				return fmt.Errorf("%s goes with %s; type: "+self+" safe doctor %[2]s --only %[1]s", c.ID, group.flag)
			case group.given && (named || ids == nil):
				*group.to = append(*group.to, c)
			}
		}
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return fmt.Errorf("unknown check: %s; known: %s", id, strings.Join(known, ", "))
		}
	}
	return nil
}

// runDoctor runs go safe doctor <args>.
func runDoctor(args, environ []string, real shim.Go, notFound error, cfg config, stdout io.Writer, say printer) int {
	cmd, err := parseDoctor(args)
	if err != nil {
		return say.failure(exitFailed, err)
	}
	defer proc.Shutdown() // a check that took too long may have left one behind
	look := func() (*doctor.Machine, []doctor.Result) {
		m := machine(environ, real, notFound, cfg)
		m.Deep = cmd.verbose
		limit := checkLimit
		if m.Deep {
			limit = time.Minute
		}
		return m, append(doctor.Run(cmd.checks, m, limit), doctor.Run(cmd.asked, m, doctor.AskedLimit)...)
	}
	m, results := look()
	if cmd.fix {
		tried, err := applyRemedies(cmd, results, os.Stdin, stdout, say)
		if err != nil {
			return say.failure(exitFailed, err)
		}
		if tried > 0 {
			m, results = look()
		}
	}
	if cmd.json {
		err = printJSON(stdout, results)
	} else {
		err = newDoctorPrinter(stdout, m, cmd.verbose).print(results)
	}
	switch worst := doctor.Worst(results); {
	case err != nil:
		return say.failure(exitFailed, err)
	case worst == doctor.Broken:
		return exitBroken
	case worst == doctor.Unknown:
		return exitFailed
	}
	return 0
}

// machine gathers what the checks look at, as for a go run here, which asks most of the directories, that needs a
// module which is not there. It makes nothing.
func machine(environ []string, real shim.Go, notFound error, cfg config) *doctor.Machine {
	c := imagined(environ, real, "run")
	req := c.request()
	req.Holds = func(string) bool { return false } // something may have to be added to the module cache
	exe, _ := os.Executable()
	dir, _ := os.Getwd()
	return &doctor.Machine{
		Environ:    environ,
		Called:     typed(environ),
		Exe:        exe,
		Dir:        dir,
		Search:     shim.Search{Path: getenv(environ, "PATH"), Root: getenv(environ, "GOROOT")},
		Chosen:     cfg.realGo != "",
		TrustRepo:  cfg.trustRepo,
		Real:       real,
		NotFound:   notFound,
		Settings:   c.settings,
		Plan:       sync.OnceValue(func() *envfix.Plan { return envfix.Resolve(req) }),
		Project:    c.project,
		Unlockable: unlockable,
	}
}
