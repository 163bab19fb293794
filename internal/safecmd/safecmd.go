// Package safecmd runs the commands of go-safe itself: go safe VERB.
package safecmd

import (
	"encoding/json"
	"io"

	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/shim"
)

// A Call is what a verb gets.
type Call struct {
	config.Config
	Args     []string // after the verb
	Environ  []string
	Real     shim.Go
	NotFound error // why there is no real go, nil if there is one
	Stdout   io.Writer
	Say      say.Printer
}

// commands returns what the verbs run. It is no variable, because that would be made at each start of go-safe.
func commands() map[string]func(c Call, flags flagSet, rest []string) int {
	return map[string]func(c Call, flags flagSet, rest []string) int{
		"audit":      runAudit,
		"completion": runCompletion,
		"doctor":     runDoctor,
		"env":        runEnv,
		"fix":        runFix,
		"install":    runInstall,
		"locks":      runLocks,
		"share":      runShare,
		"verify":     runVerify,
		"version":    runVersion,
	}
}

// Run runs go safe <args> and returns the exit status. The verbs also work without a real go, and say so.
func Run(c Call) int {
	if len(c.Args) == 3 && c.Args[0] == "locks" && (c.Args[1] == "--try" || c.Args[1] == "--held") {
		cachelock.Trial(c.Stdout, c.Args[1], c.Args[2])
		return 0
	}
	name, args := "help", c.Args
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	switch name {
	case "help", "-h", "-help", "--help":
		return c.end(c.help(args))
	case "-version", "--version":
		name = "version"
	}
	v, known := lookUpVerb(name)
	run, runs := commands()[name]
	if known && asksForHelp(args) {
		return c.end(printVerb(c.Stdout, v))
	}
	if name == "cache" { // its flags are those of another program
		return c.cache(args)
	}
	if !runs {
		return c.end(c.unknown(c.Args))
	}
	flags, rest, err := v.parse(args)
	if err != nil {
		return c.fail(err)
	}
	return run(c, flags, rest)
}

// asksForHelp reports whether a flag for help is among the arguments of a verb.
func asksForHelp(args []string) bool {
	for _, arg := range args {
		switch arg {
		case "--":
			return false
		case "-h", "-help", "--help":
			return true
		}
	}
	return false
}

func runLocks(c Call, flags flagSet, _ []string) int {
	stop := c.Say.Progress(func() say.State { return say.State{What: "looking for holders of the locks"} })
	rows := c.locks()
	stop()
	if flags.has("--json") {
		return c.end(printJSON(c.Stdout, rows))
	}
	return c.end(printLocks(c.Stdout, rows))
}

// end returns the exit status of a verb that failed if err is not nil.
func (c Call) end(err error) int {
	if err != nil {
		return c.fail(err)
	}
	return 0
}

// fail says why the verb failed, and returns its exit status.
func (c Call) fail(err error) int { return c.Say.Failure(say.ExitFailed, err) }

// printJSON prints an object, or rows as an array.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	return enc.Encode(v)
}
