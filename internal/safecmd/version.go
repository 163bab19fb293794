package safecmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"text/tabwriter"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/say"
	"golang.org/x/mod/module"
)

// A build is what go safe version prints. The field names are part of the JSON form.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"` // missing if the version is a tag, which names the commit
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"` // that built this program
	System   string `json:"system"`
	Exe      string `json:"executable,omitempty"`
	RealGo   string `json:"realGo,omitempty"`
	GOROOT   string `json:"goroot,omitempty"`
	RealIs   string `json:"realVersion,omitempty"` // "" if only the real go could tell
	Problem  string `json:"problem,omitempty"`     // why there is no real go
}

func runVersion(c Call, flags flagSet, _ []string) int {
	b, ok := thisBuild()
	if !ok {
		return c.fail(errors.New("this program was built without build information"))
	}
	b.Exe, _ = os.Executable()
	b.RealGo, b.GOROOT, b.RealIs = c.Real.Path, c.Real.GOROOT, envfix.Version(c.Real.GOROOT)
	if c.NotFound != nil {
		b.RealGo, b.Problem = "", c.NotFound.Error()
	}
	switch {
	case flags.has("--json"):
		return c.end(printJSON(c.Stdout, b))
	case flags.has("--v"):
		return c.end(b.print(c.Stdout))
	}
	fmt.Fprintln(c.Stdout, b)
	return 0
}

// thisBuild is the build of this program. Ok is false if it was built without build information.
func thisBuild() (b build, ok bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{Version: "(unknown)"}, false
	}
	return buildOf(info), true
}

// buildOf reads where a program comes from. If go install got it as a module, the commit is only in a pseudo-version.
func buildOf(info *debug.BuildInfo) build {
	b := build{Version: info.Main.Version, Go: info.GoVersion, System: runtime.GOOS + "/" + runtime.GOARCH}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	b.Commit, _ = module.PseudoVersionRev(b.Version)
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String returns the one line of go safe version.
func (b build) String() string {
	commit := ", commit " + b.Commit
	switch {
	case b.Commit == "" && b.Version == "(devel)":
		commit = ", commit unknown"
	case b.Commit == "":
		commit = ""
	case b.Modified:
		commit += " with changes"
	}
	return fmt.Sprintf("go-safe %s%s, built with %s for %s", b.Version, commit, b.Go, b.System)
}

// print prints all that is known.
func (b build) print(w io.Writer) error {
	fmt.Fprintln(w, b)
	tw := tabwriter.NewWriter(w, 0, 8, 1, ' ', 0)
	for _, row := range [][2]string{{"installed at", b.Exe}, {"real go", b.RealGo + b.Problem}, {"GOROOT", b.GOROOT}} {
		if row[0] == "GOROOT" && b.RealIs != "" {
			row[1] += " (" + b.RealIs + ")"
		}
		if row[1] != "" {
			fmt.Fprintf(tw, "%s\t%s\n", row[0], say.OneLine(row[1]))
		}
	}
	return tw.Flush()
}
