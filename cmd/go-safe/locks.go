package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/shim"
)

// A lockRow is a directory as go safe locks shows it; the field names are part of the JSON form.
type lockRow struct {
	Name      string       `json:"name"`
	Dir       string       `json:"dir"`
	Processes []processRow `json:"processes"` // [] where nobody holds the lock, or nobody who can be seen
	Unseen    bool         `json:"unseen"`    // it is held by somebody who cannot be seen from here
}

// A processRow is one that holds a lock or waits for it.
type processRow struct {
	PID     int        `json:"pid"`
	User    string     `json:"user,omitempty"`
	Command string     `json:"command,omitempty"`
	Since   *time.Time `json:"since,omitempty"` // start of the process
	Mode    string     `json:"mode"`            // shared, exclusive
	Waits   bool       `json:"waits"`
}

// lockRows looks at the directories that commands lock here.
func lockRows(environ []string, real shim.Go) []lockRow {
	c := imagined(environ, real, "build")
	plan := c.resolve()
	rows := []lockRow{}
	for _, r := range []lockRow{
		{Name: "GOMODCACHE", Dir: plan.Value("GOMODCACHE")},
		{Name: "GOCACHE", Dir: plan.Value("GOCACHE")},
		{Name: "GOENV", Dir: filepath.Dir(c.settings.EnvFile)},
	} {
		if !filepath.IsAbs(r.Dir) {
			continue
		}
		r.look(c.serverTime())
		rows = append(rows, r)
		if r.Name != "GOMODCACHE" {
			continue
		}
		load := lockRow{Name: r.Name, Dir: loadDir(r.Dir)}
		if load.look(c.serverTime()); len(load.Processes) > 0 || load.Unseen { // a command loads there, or waits to
			rows = append(rows, load)
		}
	}
	return rows
}

// looks are how often a lock may be held while its holder is not found before he is taken for one that cannot
// be seen: between two calls it may have gone to another.
const looks = 10

// look finds out who holds the lock and who waits. A file server may take so long to answer.
func (r *lockRow) look(limit time.Duration) {
	for range looks {
		r.Processes = []processRow{}
		ps := lock.Processes(r.Dir)
		for _, p := range ps {
			row := processRow{PID: p.PID, Command: p.Command, Mode: p.Mode.String(), Waits: p.Waits}
			if p.UID >= 0 {
				row.User = envfix.UserName(p.UID)
			}
			if !p.Since.IsZero() {
				row.Since = &p.Since
			}
			r.Processes = append(r.Processes, row)
		}
		holds := func(p lock.Process) bool { return !p.Waits }
		if slices.ContainsFunc(ps, holds) || !held(r.Dir, limit) {
			return
		}
	}
	r.Unseen = true
}

// held tries whether somebody holds the lock of a directory. A file server is asked by a process of its own;
// one that does not answer has not said so.
func held(dir string, limit time.Duration) bool {
	if !lock.Remote(dir) {
		return lock.Held(dir)
	}
	said := trial("--held", dir, limit)
	return said != nil && said.Error() == heldWord
}

// heldWord is what go safe locks --held prints.
const heldWord = "held"

// printLocks prints a line for each process, and one for a directory that nobody has locked.
func printLocks(w io.Writer, rows []lockRow) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		switch {
		case r.Unseen:
			fmt.Fprintf(tw, "%s\t%s\theld by a process that cannot be seen from here, as of another container or machine\n", r.Name, oneLine(r.Dir))
		case len(r.Processes) == 0:
			fmt.Fprintf(tw, "%s\t%s\tfree\n", r.Name, oneLine(r.Dir))
		}
		for _, p := range r.Processes {
			state := p.Mode
			if p.Waits {
				state = "waits for " + p.Mode
			}
			since := ""
			if p.Since != nil {
				since = age(*p.Since)
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\tpid %d\t%s\t%s\t%s\n", r.Name, oneLine(r.Dir), state, p.PID, p.User, since, oneLine(p.Command))
		}
	}
	return tw.Flush()
}

// A file server that does not answer may keep who locks a file from ever going on.
const lockTrial = 2 * time.Second

// serverTime is how long a file server may take to answer: GOSAFE_LOCK_TIMEOUT, if that is longer.
func (c *command) serverTime() time.Duration { return max(lockTrial, c.lockTimeout) }

// unlockable says why files in dir cannot be locked. Where another machine or a program gives the locks a process of its
// own tries, go safe locks --try, which is left behind where the kernel does not let it die.
func unlockable(dir string) error { return unlockableFor(dir, lockTrial) }

// unlockableFor is unlockable for a server that answers within limit.
func unlockableFor(dir string, limit time.Duration) error {
	if !lock.Remote(dir) {
		return lock.Try(dir)
	}
	return trial("--try", dir, limit)
}

// trial asks a process of its own, go safe locks with a flag, and returns what that says; nil for nothing, or
// where it cannot be started.
func trial(flag, dir string, limit time.Duration) error {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	var why strings.Builder
	err = proc.Run(proc.Command{
		Path: exe, Args: []string{"safe", "locks", flag, dir}, Stdout: &why, Deadline: time.Now().Add(limit),
	})
	switch {
	case errors.Is(err, proc.ErrDeadline):
		return noAnswer(limit)
	case why.Len() > 0:
		return errors.New(why.String())
	}
	return nil // what cannot be tried is not known to be without locks
}

// noAnswer is the error of a trial that had to be left behind after that time.
type noAnswer time.Duration

func (n noAnswer) Error() string      { return "no answer in " + time.Duration(n).String() }
func (noAnswer) Is(target error) bool { return target == os.ErrDeadlineExceeded }

// remembered asks once for each directory.
func remembered(ask func(string) error) func(string) error {
	answers := make(map[string]error)
	return func(dir string) error {
		err, ok := answers[dir]
		if !ok {
			err = ask(dir)
			answers[dir] = err
		}
		return err
	}
}

// tryLocks is the trial in a process of its own.
func tryLocks(stdout io.Writer, flag, dir string) {
	var refused *lock.RefusedError
	if flag == "--held" {
		if lock.Held(dir) {
			fmt.Fprint(stdout, heldWord)
		}
	} else if errors.As(lock.Try(dir), &refused) {
		fmt.Fprint(stdout, refused.Err)
	}
}
