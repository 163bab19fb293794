package formats

import (
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// A Tool is a program written in Go, by the build information in it.
type Tool struct {
	File, GoVersion string
	Path, Version   string // of its package and of its module
}

// Installable reports whether go install can build the tool again. The information in a file may be anything, even a
// flag, so it is checked.
func (t Tool) Installable() bool {
	return module.CheckImportPath(t.Path) == nil && semver.IsValid(t.Version) && !strings.Contains(t.Version, "+dirty")
}

// ParseTools reads what go version -m prints about a folder.
func ParseTools(out string) []Tool {
	var tools []Tool
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		f := strings.Split(line, "\t")
		switch file, version, ok := strings.Cut(line, ": go1"); {
		case f[0] != "" && ok:
			version, _, _ = strings.Cut("go1"+version, " ")
			tools = append(tools, Tool{File: file, GoVersion: version})
		case f[0] != "" || len(tools) == 0 || len(f) < 3:
		case f[1] == "path":
			tools[len(tools)-1].Path = f[2]
		case f[1] == "mod" && len(f) > 3:
			tools[len(tools)-1].Version = f[3]
		}
	}
	return tools
}
