package safecmd

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/doctor"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
)

// A fixer runs the advice of findings.
type fixer struct {
	doctorCommand
	doctorPrinter
	say  say.Printer
	runs int             // how many lines it ran
	told map[string]bool // the findings that the user has seen and does not want to be fixed, by ID
}

// apply runs the advice of the findings with Fix. It shows each finding first. On a terminal it then asks; without a
// terminal it needs --yes. If a line fails, it says so and goes on. With --dry-run it only prints the lines.
func (f *fixer) apply(results []doctor.Result, in *os.File) error {
	_, asks := say.Terminal(in)
	answers := bufio.NewReader(in)
	f.told = make(map[string]bool)
	for _, found := range findings(results) {
		switch {
		case !found.Fix:
			continue
		case f.dryRun:
			fmt.Fprintln(f.w, found.Advice)
			continue
		case !f.yes && !asks:
			const line = shell.Self + " safe doctor --fix --yes"
			return errors.New("cannot ask: there is no terminal; run: " + line)
		}
		f.finding(found)
		if !f.yes {
			fmt.Fprint(f.w, "run this fix? [y/N] ")
			if line, _ := answers.ReadString('\n'); !isYes(line) {
				f.told[found.ID] = true
				fmt.Fprintln(f.w)
				continue
			}
		}
		f.run(found.Result)
	}
	return nil
}

// run runs the advice of a finding, and says what that has changed.
func (f *fixer) run(r doctor.Result) {
	f.runs++
	var out strings.Builder
	sh := proc.Command{
		Path: proc.Shell, Args: []string{"-c", r.Advice}, Environ: trustedPath(f.say.Environ),
		Stdout: &out, Stderr: &out,
	}
	err := proc.Run(sh)
	said := strings.TrimSpace(out.String())
	switch {
	case err != nil:
		f.say.Line("%s: %v: %s", r.ID, err, said)
	case r.Done != "":
		f.labelled("done", f.short(r.Done))
	}
	if err == nil {
		for line := range strings.Lines(said) {
			f.labelled("done", f.short(strings.TrimSpace(line)))
		}
	}
	fmt.Fprintln(f.w)
}

// trustedPath removes from root's PATH the directories that others could change: sudo -E and su -m may have kept
// them.
func trustedPath(environ []string) []string {
	if os.Geteuid() != 0 {
		return environ
	}
	kept := slices.DeleteFunc(filepath.SplitList(envfix.Getenv(environ, "PATH")), func(dir string) bool {
		return !filepath.IsAbs(dir) || fsinfo.CheckOnlyRoot(dir) != nil
	})
	return envfix.Setenv(environ, "PATH", strings.Join(kept, string(filepath.ListSeparator)))
}

func isYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
