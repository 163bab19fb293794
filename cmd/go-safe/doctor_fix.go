package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-safe/go-safe/doctor"
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
		sh := proc.Command{Path: proc.Shell, Args: []string{"-c", r.Type}, Environ: say.environ, Stdout: &out, Stderr: &out}
		if err := proc.Run(sh); err != nil {
			say.line("%s: %v: %s", r.ID, err, strings.TrimSpace(out.String()))
		}
		n++
	}
	return n, nil
}

func isYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
