package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/doctor"
	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
)

// applyRemedies types what the doctor said, where that touches only what is this user's own and loses nothing of worth, and returns how many lines;
// of one that fails it says so and goes on. It asks for each on a terminal; elsewhere it wants --yes. With --dry-run the lines are only printed.
func applyRemedies(cmd doctorCommand, results []doctor.Result, in *os.File, stdout io.Writer, say printer) (n int, err error) {
	_, asks := terminal(in)
	answers := bufio.NewReader(in)
	for _, r := range results {
		switch {
		case !r.Fix:
			continue
		case cmd.dryRun:
			fmt.Fprintln(stdout, r.Type)
			continue
		case !cmd.yes && !asks:
			return n, errors.New("cannot ask, for there is no terminal; type: " + self + " safe doctor --fix --yes")
		case !cmd.yes:
			fmt.Fprintf(stdout, "%s: %s? [y/N] ", r.ID, r.Type)
			if line, _ := answers.ReadString('\n'); !isYes(line) {
				continue
			}
		default:
			fmt.Fprintf(stdout, "%s: %s\n", r.ID, r.Type)
		}
		var out strings.Builder
		sh := proc.Command{
			Path: proc.Shell, Args: []string{"-c", r.Type}, Environ: keptPath(say.environ), Stdout: &out, Stderr: &out,
		}
		if err := proc.Run(sh); err != nil {
			say.line("%s: %v: %s", r.ID, err, strings.TrimSpace(out.String()))
		}
		n++
	}
	return n, nil
}

// keptPath leaves out of root's PATH the folders that others could change: sudo -E and su -m may have kept them.
func keptPath(environ []string) []string {
	if os.Geteuid() != 0 {
		return environ
	}
	kept := slices.DeleteFunc(filepath.SplitList(getenv(environ, "PATH")), func(dir string) bool {
		return !filepath.IsAbs(dir) || fsinfo.Keeps(dir) != nil
	})
	return envfix.Setenv(environ, "PATH", strings.Join(kept, string(filepath.ListSeparator)))
}

func isYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
