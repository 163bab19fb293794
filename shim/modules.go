package shim

import (
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// Modules says what a command needs from the module cache besides the needs of a build of the project, as far
// as the command line tells. In doubt it says that there is more.
type Modules struct {
	File     string   // value of -modfile, used in place of go.mod
	NoVendor bool     // reads the cache even if there is a vendor directory
	Required bool     // needs all modules that go.mod requires, even if no build needs them
	Zips     bool     // needs the zip files of extracted modules, too
	Trees    bool     // looks only at extracted modules, and extracts none
	Versions []string // of the form module@version; with their dependencies only if More is set
	More     bool     // needs modules that are unknown before they are looked up
	Imports  bool     // looks up modules for imports that no known module provides
	Programs bool     // runs the programs in go:generate lines
	Graph    bool     // needs the go.mod files of all modules, whether go.sum names them or not
	Infos    bool     // needs the .info files of the selected modules
}

// modules finds out what the command needs (cmd/go/internal/modload.setDefaultBuildMod, go help modules).
func (l *Line) modules() Modules {
	mod := l.value("mod")
	m := Modules{
		File: l.value("modfile"),
		NoVendor: mod == "mod" || mod == "readonly" || l.Verb == "get" ||
			strings.HasPrefix(l.Verb, "mod ") || strings.HasPrefix(l.Verb, "work "),
		Imports: mod == "mod" || l.Verb == "mod tidy",
	}
	named := l.versionedArgs()
	switch l.Verb {
	case "generate":
		m.Programs = true
	case "get":
		// To find retractions it looks up the latest version of each module that provides a package, even if the
		// cache has the module (cmd/go/internal/modget.checkPackageProblems).
		m.More = true
		m.Versions = exactModules(l.rest)
	case "mod graph", "mod verify":
		m.Graph = true
	case "mod why":
		m.More = true // loads the named packages and their tests, even if no build needs them
	case "mod download":
		m.Zips = true
		m.Required = len(l.rest) == 0
		m.Versions = exactModules(l.rest)
		m.More = len(m.Versions) < len(l.rest)
	case "work sync":
		m.More = true
	case "list":
		m.Infos = l.has("m") && len(l.rest) > 0
		m.Trees = l.has("m") && (l.has("f") || l.has("json"))
		m.More = len(named) > 0 || l.has("u") || l.has("versions") || l.has("retracted")
	case "install", "run", "tool", "doc":
		m.Trees = l.Verb == "doc"
		m.More = len(named) > 0
		m.Versions = exactModules(named)
	}
	return m
}

// exactModules returns those of the arguments that name exactly one version. A package may be meant in a module with a
// shorter path: then nothing has this name.
func exactModules(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return !isExactModule(arg) })
}

// isExactModule reports whether arg names exactly one version of a module, and not one that has to be looked up
// (latest, a branch, v1).
func isExactModule(arg string) bool {
	path, version, ok := strings.Cut(arg, "@")
	return ok && module.Check(path, version) == nil && module.CanonicalVersion(version) == version
}
