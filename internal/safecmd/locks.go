package safecmd

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
)

// A lockRow is a directory as go safe locks shows it; the field names are part of the JSON form.
type lockRow struct {
	Name      string       `json:"name"`
	Dir       string       `json:"dir"`
	Processes []processRow `json:"processes"`         // [] where nobody holds the lock, or nobody who can be seen
	Unseen    bool         `json:"unseen"`            // it is held by somebody who cannot be seen from here
	Unknown   string       `json:"unknown,omitempty"` // why nobody can tell whether it is held
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

// locks looks at the directories that commands lock here.
func (c Call) locks() []lockRow {
	j := job.DryRun(c.Config, c.Real, c.Environ, "build")
	rows := []lockRow{}
	for _, r := range []lockRow{
		{Name: "GOMODCACHE", Dir: j.Plan.ModCache.Value},
		{Name: "GOCACHE", Dir: j.Plan.BuildCache.Value},
		{Name: "GOENV", Dir: filepath.Dir(j.Settings.EnvFile)},
	} {
		if !filepath.IsAbs(r.Dir) {
			continue
		}
		r.look(j.ServerTimeout())
		rows = append(rows, r)
		if r.Name != "GOMODCACHE" {
			continue
		}
		load := lockRow{Name: r.Name, Dir: cachelock.LoadDir(r.Dir)}
		load.look(j.ServerTimeout())
		if len(load.Processes) > 0 || load.Unseen || load.Unknown != "" { // a command loads there, or waits to
			rows = append(rows, load)
		}
	}
	return rows
}

// lockTries is how often to look for the holder of a lock. Between two looks the lock may change hands.
const lockTries = 10

// look finds out who holds the lock and who waits. A file server may take so long to answer.
func (r *lockRow) look(limit time.Duration) {
	if err := lock.Unknown(r.Dir); err != nil {
		r.Processes, r.Unknown = []processRow{}, fsinfo.Reason(err).Error()
		return
	}
	for range lockTries {
		r.Processes = []processRow{}
		ps := lock.Processes(r.Dir)
		for _, p := range ps {
			row := processRow{PID: p.PID, Command: p.Command, Mode: p.Mode.String(), Waits: p.Waits}
			if p.UID >= 0 {
				row.User = user.Name(p.UID)
			}
			if !p.Since.IsZero() {
				row.Since = &p.Since
			}
			r.Processes = append(r.Processes, row)
		}
		holds := func(p lock.Process) bool { return !p.Waits }
		if slices.ContainsFunc(ps, holds) || !cachelock.Held(r.Dir, limit) {
			return
		}
	}
	r.Unseen = true
}

// printLocks prints a line for each process, and one for a directory that nobody has locked.
func printLocks(w io.Writer, rows []lockRow) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		switch {
		case r.Unknown != "":
			fmt.Fprintf(tw, "%s\t%s\tcannot be tried: %s\n", r.Name, say.OneLine(r.Dir), say.OneLine(r.Unknown))
		case r.Unseen:
			fmt.Fprintf(tw, "%s\t%s\theld by a process that cannot be seen from here, as of another container or machine\n",
				r.Name, say.OneLine(r.Dir))
		case len(r.Processes) == 0:
			fmt.Fprintf(tw, "%s\t%s\tfree\n", r.Name, say.OneLine(r.Dir))
		}
		for _, p := range r.Processes {
			state := p.Mode
			if p.Waits {
				state = "waits for " + p.Mode
			}
			since := ""
			if p.Since != nil {
				since = cachelock.Age(*p.Since)
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\tpid %d\t%s\t%s\t%s\n",
				r.Name, say.OneLine(r.Dir), state, p.PID, p.User, since, say.OneLine(p.Command))
		}
	}
	return tw.Flush()
}
