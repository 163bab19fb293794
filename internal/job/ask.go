package job

import (
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/modneed"
	"github.com/go-safe/go-safe/internal/proc"
)

// Ask runs the real go where the command runs, and returns what it complains of. It downloads nothing.
func (j *Job) Ask(cmd proc.Command) (complaints string, err error) {
	cmd.Path, cmd.Dir = j.Real.Path, j.Dir()
	for name, value := range map[string]string{"GOPROXY": "off", "GONOPROXY": "none", "GOVCS": "*:off", "PWD": cmd.Dir} {
		cmd.Environ = envfix.Setenv(cmd.Environ, name, value)
	}
	if j.Line.Verb == "mod tidy" { // it knows of no workspace
		cmd.Environ = envfix.Setenv(cmd.Environ, "GOWORK", "off")
	}
	var said strings.Builder
	cmd.Stderr = &said
	err = proc.Run(cmd)
	return said.String(), err
}

// selectLimit is how long the go command may take to say which versions it selects. Without an answer the cache
// does not serve, and the user gets a private copy.
const selectLimit = 10 * time.Second

// needIn returns the need with the versions that the go command selects, where go.sum does not tell them. Only
// the go command can: it reads the graph of modules from the cache, and writes nothing. It is not ok if the
// cache lacks a part of the graph.
func (j *Job) needIn(cache string) (n modneed.Need, ok bool) {
	n = j.Need()
	if !n.Selects() || j.Settings.Get("GO111MODULE").Value == "off" {
		return n, true
	}
	args := []string{"mod", "graph"}
	if file := j.Line.Modules.File; file != "" {
		args = append(args, "-modfile="+file)
	}
	var graph strings.Builder
	_, err := j.Ask(proc.Command{
		Args: args, Environ: envfix.Setenv(j.Environ, "GOMODCACHE", cache), Stdout: &graph,
		Deadline: time.Now().Add(selectLimit),
	})
	n.Select(graph.String())
	return n, err == nil
}

// A needFunc is Job.needIn, or one that remembers its answers.
type needFunc = func(cache string) (n modneed.Need, ok bool)

// rememberNeed returns needIn with a memory. A plan has its own: what a cache lacks now may be there for the next one.
func (j *Job) rememberNeed() needFunc {
	type answer struct {
		need modneed.Need
		ok   bool
	}
	answers := make(map[string]answer)
	return func(cache string) (modneed.Need, bool) {
		a, known := answers[cache]
		if !known {
			a.need, a.ok = j.needIn(cache)
			answers[cache] = a
		}
		return a.need, a.ok
	}
}

// findsImports asks the go command whether the cache provides all imports, for a command that looks up modules
// for those that are missing. The question writes neither go.mod nor go.sum.
func (j *Job) findsImports(cache string) bool {
	args, environ := j.Line.List(), envfix.Setenv(j.Environ, "GOMODCACHE", cache)
	switch {
	case !j.Line.Modules.Imports:
		return true
	case j.Line.Verb == "mod tidy":
		return j.tidies(environ)
	case args == nil:
		return true
	}
	_, err := j.Ask(proc.Command{Args: args, Environ: environ})
	return err == nil
}

// tidies reports whether go mod tidy finds all that it needs. If it does, it prints what it would change, and ends
// with 1 if that is anything. With -e it would also do so if something is missing. Go commands before Go 1.23 do not
// have -diff, and print nothing.
func (j *Job) tidies(environ []string) bool {
	var diff strings.Builder
	_, err := j.Ask(proc.Command{
		Args:    append(slices.Clone(j.Line.Args), "-e=false", "-diff"),
		Environ: envfix.Setenv(environ, "GOSUMDB", "off"), Stdout: &diff,
	})
	return err == nil || diff.Len() > 0
}
