package safecmd

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/doctor"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
)

// exitBroken is the exit status of go safe doctor if something is broken.
const exitBroken = 1

// Limits for a check. checkLimit is longer than the trial of a lock takes.
const (
	checkLimit = cachelock.ServerTimeout + time.Second
	deepLimit  = time.Minute
)

// A doctorCommand is a command line of go safe doctor.
type doctorCommand struct {
	verbose, json    bool
	fix, yes, dryRun bool
	net, login       bool
	named            bool // by --only
	checks           []doctor.Check
	asked            []doctor.Check // those of --net and --login, which take longer
}

// parseDoctor reads the flags.
func parseDoctor(flags flagSet) (cmd doctorCommand, err error) {
	cmd = doctorCommand{
		verbose: flags.has("--v"),
		json:    flags.has("--json"),
		fix:     flags.has("--fix"),
		yes:     flags.has("--yes"),
		dryRun:  flags.has("--dry-run"),
		net:     flags.has("--net"),
		login:   flags.has("--login"),
	}
	var only []string
	if flags.has("--only") {
		cmd.named, only = true, strings.Split(flags["--only"], ",")
	}
	switch {
	case (cmd.yes || cmd.dryRun) && !cmd.fix:
		return cmd, errors.New("--yes and --dry-run go with --fix; run: " + shell.Self + " safe help doctor")
	case cmd.json && cmd.fix:
		return cmd, errors.New("--json and --fix exclude each other; run: " + shell.Self + " safe help doctor")
	}
	return cmd, cmd.chooseChecks(only)
}

// chooseChecks chooses the checks with the IDs, or all if there are none. An ID is not enough for a check that has
// to be asked for by a flag.
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
				return fmt.Errorf("%s goes with %s; run: "+shell.Self+" safe doctor %[2]s --only %[1]s",
					c.ID, group.flag)
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
func runDoctor(c Call, flags flagSet, _ []string) int {
	cmd, err := parseDoctor(flags)
	if err != nil {
		return c.fail(err)
	}
	defer proc.Shutdown() // a check that took too long may have left a program behind
	look := func() (*doctor.Machine, []doctor.Result) {
		m := doctor.NewMachine(c.Config, c.Real, c.NotFound, c.Environ)
		m.Deep = cmd.verbose
		defer c.Say.Progress(m.Progress)()
		return m, cmd.look(m)
	}
	m, results := look()
	var told map[string]bool
	if cmd.fix {
		f := fixer{doctorCommand: cmd, doctorPrinter: newDoctorPrinter(c.Stdout, m, cmd), say: c.Say}
		if err := f.apply(results, os.Stdin); err != nil {
			return c.fail(err)
		}
		if told = f.told; f.runs > 0 {
			m, results = look()
		}
	}
	if cmd.json {
		err = printJSON(c.Stdout, results)
	} else {
		err = newDoctorPrinter(c.Stdout, m, cmd).print(results, told)
	}
	if err != nil {
		return c.fail(err)
	}
	return doctorStatus(results)
}

// look runs the checks.
func (cmd doctorCommand) look(m *doctor.Machine) []doctor.Result {
	limit := checkLimit
	if m.Deep {
		limit = deepLimit
	}
	results := append(doctor.Run(cmd.checks, m, limit), doctor.Run(cmd.asked, m, doctor.AskedLimit)...)
	doctor.MergeCauses(results)
	return results
}

// doctorStatus returns the exit status for the results.
func doctorStatus(results []doctor.Result) int {
	switch doctor.Worst(results) {
	case doctor.Broken:
		return exitBroken
	case doctor.Skipped:
		return say.ExitFailed
	}
	return 0
}
