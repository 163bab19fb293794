package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/shim"
)

const usage = `go-safe stands in front of the go command and gives it directories that work.

usage: go safe <command>

	env [--json]    print the variables that go-safe looks at, and why it changes them
	doctor [-v] [--json] [--net] [--login] [--only ID,...]
	                say what is wrong with the Go of this machine, and what to type;
	                also ask the module proxies, also run your shell's start-up files
	doctor --fix [--yes] [--dry-run] [--only ID,...]
	                type what is safe and concerns this user's own folders alone
	fix [--dry-run] [--owner USER:GROUP] [DIR...]
	                repair the rights in the caches, those here or those named
	locks [--json]  print who holds the locks on the caches here, and who waits
	share [--dry-run] [--group GROUP] DIR
	                make a directory a cache that a group has in common
	verify [--heal] [--json] [module@version...]
	                look for what is damaged in the module cache; mend it
	version         print the version of go-safe, and the real go
	help            print this text

Every other command line is the real go's. Exit status: the real go's; 125 where go-safe
failed, 126 where the real go cannot be run, 127 where none was found.

settings:

`

// printUsage prints the usage, and the settings.
func printUsage(w io.Writer) error {
	io.WriteString(w, usage)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.TabIndent)
	for _, s := range settings {
		fmt.Fprintf(tw, "\t%s=%s\t%s\n", s.name, s.value, s.about)
	}
	return tw.Flush()
}

// safe runs go safe <args>. The commands work without a real go, and say so.
func safe(args, environ []string, real shim.Go, notFound error, cfg config, stdout io.Writer, say printer) int {
	var err error
	if len(args) == 3 && args[0] == "locks" && (args[1] == "--try" || args[1] == "--held") {
		tryLocks(stdout, args[1], args[2])
		return 0
	}
	if len(args) > 0 {
		switch args[0] {
		case "doctor":
			return runDoctor(args[1:], environ, real, notFound, cfg, stdout, say)
		case "fix":
			return fix(args[1:], environ, real, cfg, stdout, say)
		case "share":
			return share(args[1:], environ, cfg, stdout, say)
		case "verify":
			return verify(args[1:], environ, real, notFound, cfg, stdout, say)
		}
	}
	switch strings.Join(args, " ") {
	case "env":
		err = printEnv(stdout, safeEnv(environ, real))
	case "env --json", "env -json":
		err = printJSON(stdout, safeEnv(environ, real))
	case "locks":
		err = printLocks(stdout, lockRows(environ, real))
	case "locks --json", "locks -json":
		err = printJSON(stdout, lockRows(environ, real))
	case "version", "--version", "-version":
		err = printVersion(stdout, real, notFound)
	case "help", "--help", "-help", "-h", "":
		err = printUsage(stdout)
	default:
		err = fmt.Errorf("unknown command: go safe %s; type: "+self+" safe help", strings.Join(args, " "))
	}
	if err != nil {
		return say.failure(exitFailed, err)
	}
	return 0
}

// A row is a variable as go safe env shows it; the field names are part of the JSON form.
type row struct {
	Name   string        `json:"name"`
	Value  string        `json:"value"`  // for the child; "" where it has none
	Origin envfix.Origin `json:"origin"` // environment, env file, GOROOT/go.env, default, go-safe
	Was    string        `json:"was,omitempty"`
	Why    string        `json:"why,omitempty"`
}

// safeEnv resolves as for go run here, which asks most of the directories, and makes nothing.
func safeEnv(environ []string, real shim.Go) []row {
	c := imagined(environ, real, "run")
	var rows []row
	for _, v := range c.resolve().Vars {
		rows = append(rows, row{v.Name, v.Value, v.Origin, v.Was.Value, v.Why})
	}
	for _, name := range []string{"GOFLAGS", "GOBIN", "GO111MODULE", "GOWORK", "GOTOOLCHAIN"} {
		s := c.settings.Get(name)
		rows = append(rows, row{Name: name, Value: s.Value, Origin: s.Origin})
	}
	rows = append(rows, row{Name: "GOENV", Value: c.settings.EnvFile, Origin: origin(environ, "GOENV")})
	for _, name := range append([]string{"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PATH"}, settingNames()...) {
		rows = append(rows, row{Name: name, Value: getenv(environ, name), Origin: origin(environ, name)})
	}
	return rows
}

// origin tells a variable of the environment from one that is not set.
func origin(environ []string, name string) envfix.Origin {
	if getenv(environ, name) != "" {
		return envfix.FromEnviron
	}
	return envfix.FromDefault
}

// printEnv prints the rows aligned, the reason for a change on a line of its own.
func printEnv(w io.Writer, rows []row) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", r.Name, r.Origin, oneLine(r.Value))
		if r.Why != "" {
			fmt.Fprintf(tw, "\t\t(%s)\n", oneLine(r.Why))
		}
	}
	return tw.Flush()
}

// printJSON prints the rows as an array.
func printJSON[R any](w io.Writer, rows []R) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "\t")
	return enc.Encode(rows)
}

// printVersion prints where this program and the real go come from.
func printVersion(w io.Writer, real shim.Go, notFound error) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program was built without build information")
	}
	path := real.Path
	if notFound != nil {
		path = notFound.Error()
	}
	goroot := real.GOROOT
	if v := envfix.Version(goroot); v != "" {
		goroot += " (" + v + ")"
	}
	tw := tabwriter.NewWriter(w, 0, 8, 1, ' ', 0)
	fmt.Fprintf(tw, "go-safe\t%s\n", info.Main.Version)
	fmt.Fprintf(tw, "commit\t%s\n", commit(info))
	fmt.Fprintf(tw, "built with\t%s %s/%s\n", info.GoVersion, runtime.GOOS, runtime.GOARCH)
	if exe, err := os.Executable(); err == nil {
		fmt.Fprintf(tw, "installed at\t%s\n", exe)
	}
	fmt.Fprintf(tw, "real go\t%s\n", oneLine(path))
	if goroot != "" {
		fmt.Fprintf(tw, "GOROOT\t%s\n", goroot)
	}
	return tw.Flush()
}

// commit is the revision that the program was built from.
func commit(info *debug.BuildInfo) string {
	revision, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = " (with changes)"
		}
	}
	return revision + dirty
}
