package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/go-safe/go-safe/doctor"
)

// applyRemedies types what the doctor said, where that touches only what is this user's own and loses nothing of worth, and returns how many lines. It
// asks for each on a terminal; elsewhere it wants --yes. With --dry-run the lines are only printed.
func applyRemedies(cmd doctorCommand, results []doctor.Result, in *os.File, stdout io.Writer) (n int, err error) {
	_, asks := terminal(in)
	answers := bufio.NewReader(in)
	for _, r := range results {
		switch {
		case !r.Fix:
			continue
		case cmd.dryRun:
			fmt.Fprintln(stdout, oneLine(r.Type))
			continue
		case !cmd.yes && !asks:
			return n, errors.New("cannot ask, for there is no terminal; type: go safe doctor --fix --yes")
		case !cmd.yes:
			fmt.Fprintf(stdout, "%s: %s? [y/N] ", r.ID, oneLine(r.Type))
			if line, _ := answers.ReadString('\n'); strings.ToLower(strings.TrimSpace(line)) != "y" {
				continue
			}
		default:
			fmt.Fprintf(stdout, "%s: %s\n", r.ID, oneLine(r.Type))
		}
		sh := exec.Command("sh", "-c", r.Type)
		if out, err := sh.CombinedOutput(); err != nil {
			return n, fmt.Errorf("%s: %w: %s", r.ID, err, strings.TrimSpace(string(out)))
		}
		n++
	}
	return n, nil
}
