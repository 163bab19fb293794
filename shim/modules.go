package shim

import (
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// Modules says what a command asks of the module cache beyond what a build of the project asks, as far as the
// command line tells. In doubt it says that there is more.
type Modules struct {
	File     string   // of -modfile: stands for go.mod
	NoVendor bool     // reads the cache even where there is a vendor directory
	Required bool     // all modules that go.mod requires, needed for a build or not
	Zips     bool     // zip files too, of what is extracted
	Trees    bool     // looks only at what is extracted, and extracts nothing
	Versions []string // of the form module@version, with their dependencies only where More says so
	Packages []string // of the form package@version, of modules that nobody can name, with their dependencies: More says so too
	More     bool     // modules that nobody can name before they are looked up
	Imports  bool     // looks modules up for imports that none of the known ones provides
	Tests    bool     // reads the tests of all packages that the project's lead to
	Programs bool     // runs what go:generate lines name
	Graph    bool     // go.mod files of all modules, whether go.sum names them or not
	Infos    bool     // and the .info files of those selected
}

// modules reads the arguments of a verb (cmd/go/internal/modload.setDefaultBuildMod, go help modules).
func modules(verb string, flags, rest []string) Modules {
	mod := flagValue(flags, "mod")
	m := Modules{
		File:     flagValue(flags, "modfile"),
		NoVendor: mod == "mod" || mod == "readonly" || verb == "get" || strings.HasPrefix(verb, "mod ") || strings.HasPrefix(verb, "work "),
		Imports:  mod == "mod" || verb == "mod tidy",
	}
	named := versions(verb, rest)
	switch verb {
	case "generate":
		m.Programs = true
	case "mod tidy":
		m.Tests = true
	case "get":
		// For retractions it looks up the latest version of whatever provides a package, of what is there already too
		// (cmd/go/internal/modget.checkPackageProblems).
		m.More = true
		m.Packages = exactly(named)
	case "mod graph", "mod verify":
		m.Graph = true
	case "mod why":
		m.More = true // loads what it is named, needed or not, and its tests
	case "mod download":
		m.Zips = true
		m.Required = len(rest) == 0
		m.Versions = slices.DeleteFunc(slices.Clone(rest), func(arg string) bool { return !isExact(arg) })
		m.More = len(m.Versions) < len(rest)
	case "work sync":
		m.More = true
	case "list":
		m.Infos = has(flags, "m") && len(rest) > 0
		m.Trees = has(flags, "m") && (has(flags, "f") || has(flags, "json"))
		m.Packages = exactly(named)
		m.More = len(named) > 0 || has(flags, "u") || has(flags, "versions") || has(flags, "retracted")
	case "install", "run", "tool", "doc":
		m.Trees = verb == "doc"
		m.More = len(named) > 0
		m.Packages = exactly(named)
	}
	return m
}

// exactly returns the arguments that name one version, and none that has to be looked up (latest, a branch, v1).
func exactly(named []string) []string {
	return slices.DeleteFunc(named, func(arg string) bool {
		path, version, _ := strings.Cut(arg, "@")
		return module.CheckImportPath(path) != nil || module.CanonicalVersion(version) != version
	})
}

// isExact reports whether arg names one version of a module, and none that has to be looked up (latest, a branch, v1).
func isExact(arg string) bool {
	path, version, ok := strings.Cut(arg, "@")
	return ok && module.Check(path, version) == nil && module.CanonicalVersion(version) == version
}

// flagValue returns the value of a flag; the last one counts.
func flagValue(flags []string, name string) string {
	value := ""
	for _, f := range flags {
		if _, v, ok := strings.Cut(f, "="); ok && flagName(f) == name {
			value = v
		}
	}
	return value
}
