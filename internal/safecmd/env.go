package safecmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/say"
)

// A row is a variable as go safe env shows it. The field names are part of the JSON form.
type row struct {
	Name   string        `json:"name"`
	Value  string        `json:"value"`  // for the child; "" where it has none
	Origin envfix.Origin `json:"origin"` // environment, env file, site file, GOROOT/go.env, default, go-safe
	Was    string        `json:"was,omitempty"`
	Why    string        `json:"why,omitempty"`
}

// runEnv runs go safe env.
func runEnv(c Call, flags flagSet, names []string) int {
	stop := c.Say.Progress(func() say.State { return say.State{What: "looking at the directories"} })
	j := job.DryRun(c.Config, c.Real, c.Environ, "run")
	rows := env(j, c.Environ)
	stop()
	if len(names) > 0 {
		var err error
		if rows, err = c.named(rows, names, j); err != nil {
			return c.fail(err)
		}
	}
	switch {
	case flags.has("--json"):
		return c.end(printJSON(c.Stdout, rows))
	case len(names) > 0:
		return c.end(printValues(c.Stdout, rows))
	case flags.has("--v"):
		return c.end(printEnv(c.Stdout, rows))
	}
	return c.end(printChanges(c.Stdout, rows))
}

// env is what a go run here would get, which needs most of the directories. It makes nothing.
func env(j *job.Job, environ []string) []row {
	var rows []row
	for _, v := range j.Plan.Vars() {
		rows = append(rows, row{v.Name, v.Value, v.Origin, v.Was.Value, v.Why})
	}
	for _, name := range []string{"GOFLAGS", "GOBIN", "GO111MODULE", "GOWORK", "GOTOOLCHAIN"} {
		s := j.Settings.Get(name)
		rows = append(rows, row{Name: name, Value: s.Value, Origin: s.Origin})
	}
	rows = append(rows, row{Name: "GOENV", Value: j.Settings.EnvFile, Origin: origin(environ, "GOENV")})
	for _, name := range append([]string{"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PATH"}, config.Names()...) {
		r := row{Name: name, Value: config.Shown(name, envfix.Getenv(environ, name)), Origin: origin(environ, name)}
		if _, set := envfix.LookupEnv(environ, name); !set && j.Site.Where(name) != "" {
			s := j.Settings.Get(name)
			r.Value, r.Origin = config.Shown(name, s.Value), s.Origin
		}
		rows = append(rows, r)
	}
	return withSite(rows, j)
}

// withSite adds the other names in the site's file, and the line of each value that comes from there.
func withSite(rows []row, j *job.Job) []row {
	for _, name := range j.Site.Names() {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.Name == name }) {
			s := j.Settings.Get(name)
			rows = append(rows, row{Name: name, Value: config.Shown(name, s.Value), Origin: s.Origin})
		}
	}
	for i, r := range rows {
		if r.Origin == envfix.FromSite {
			rows[i].Why = j.Site.Where(r.Name)
		}
	}
	return rows
}

// origin tells a variable of the environment from one that is not set.
func origin(environ []string, name string) envfix.Origin {
	if envfix.Getenv(environ, name) != "" {
		return envfix.FromEnviron
	}
	return envfix.FromDefault
}

// named returns the rows with these names, in this order. Only the real go knows the others, such as GOOS.
func (c Call) named(rows []row, names []string, j *job.Job) (list []row, err error) {
	for _, name := range names {
		i := slices.IndexFunc(rows, func(r row) bool { return r.Name == name })
		if i >= 0 {
			list = append(list, rows[i])
			continue
		}
		value, err := c.askGo(name, j)
		if err != nil {
			return nil, err
		}
		list = append(list, row{Name: name, Value: value})
	}
	return list, nil
}

// askGo asks the real go for a variable, with the directories that go env would get. As root it switches to no
// toolchain, which a go.mod of another user may name.
func (c Call) askGo(name string, j *job.Job) (string, error) {
	if c.NotFound != nil {
		return "", c.NotFound
	}
	for _, line := range j.MakeDirs() {
		c.Say.Line("%s", line)
	}
	environ := j.Plan.Environ(job.RecordVia(j.Environ, c.Via, c.Real))
	if os.Geteuid() == 0 {
		environ = envfix.Setenv(environ, "GOTOOLCHAIN", "local")
	}
	var stdout, stderr strings.Builder
	err := proc.Run(proc.Command{
		Path: c.Real.Path, Args: []string{"env", "--", name}, Environ: environ,
		Stdout: &stdout, Stderr: &stderr, Deadline: time.Now().Add(askLimit),
	})
	if err != nil {
		return "", fmt.Errorf("go env %s: %w: %s", name, err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSuffix(stdout.String(), "\n"), nil
}

// askLimit is how long the real go may take to tell a variable.
const askLimit = 10 * time.Second

// printValues prints the values alone, as go env NAME does.
func printValues(w io.Writer, rows []row) (err error) {
	for _, r := range rows {
		_, err = fmt.Fprintln(w, r.Value)
	}
	return err
}

// printChanges prints what differs from plain go, and why.
func printChanges(w io.Writer, rows []row) (err error) {
	width, changes := say.Width(w), 0
	for _, r := range rows {
		if r.Origin != envfix.FromGoSafe && r.Origin != envfix.FromSite {
			continue
		}
		changes++
		value, was := r.Name+"="+r.Value, r.Was
		if r.Value == "" {
			value = r.Name + " is not passed on"
		}
		switch {
		case r.Origin == envfix.FromSite:
			was = "does not read the site's file"
		case was == "":
			was = "it is not set"
		}
		_, err = fmt.Fprintln(w, say.OneLine(value)) // not broken, so that it can be copied
		for _, more := range []string{"plain go: " + was, "why: " + r.Why} {
			err = errors.Join(err, say.Wrap(w, width, "    ", 4, more, 8))
		}
	}
	if changes == 0 {
		err = say.Wrap(w, width, "", 0, "nothing differs from plain go (-v lists all variables)", 0)
	}
	return err
}

// printEnv prints all rows aligned, the reason for a change on a line of its own.
func printEnv(w io.Writer, rows []row) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", r.Name, r.Origin, say.OneLine(r.Value))
		if r.Why != "" {
			fmt.Fprintf(tw, "\t\t(%s)\n", say.OneLine(r.Why))
		}
	}
	return tw.Flush()
}
