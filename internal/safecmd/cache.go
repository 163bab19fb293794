package safecmd

import (
	"errors"

	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/prefill"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
)

// cache runs go-safe-cache with the directories that a go command gets.
func (c Call) cache(args []string) int {
	if len(args) == 0 {
		return c.fail(errors.New("cache: pull, push, stats, verify, prune or keygen is missing; run: " +
			shell.Self + " safe help cache"))
	}
	path, err := prefill.Find(c.Environ)
	if err != nil {
		return c.fail(err)
	}
	environ := c.ForCache(c.Environ)
	if c.NotFound == nil {
		environ = job.DryRun(c.Config, c.Real, c.Environ, "build").Plan.Environ(environ)
		if args[0] != "keygen" {
			args = append([]string{args[0], "-go", c.Real.Path}, args[1:]...)
		}
	}
	status, err := shim.Run(shim.Command{Path: path, Args: args, Environ: prefill.Environ(environ)})
	switch {
	case err != nil:
		return c.Say.Failure(say.ExitCannotRun, err)
	case status.Signal != nil:
		return proc.Die(status.Signal)
	}
	return status.Code
}
