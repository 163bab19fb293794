package shim

import (
	"slices"
	"strings"
)

// ListOf returns the arguments of a go list that loads the packages or modules that the go command loads with args and goflags, as Classify
// has them, prints nothing of use and writes neither go.mod nor go.sum: it fails of what the command fails of before it compiles, and of
// nothing else. It is nil where there is no such go list.
func ListOf(args []string, goflags string) []string {
	v, flags, rest := parse(args, goflags)
	args = append([]string{"list", "-buildvcs=false"}, only(flags, loading)...)
	if flagValue(flags, "mod") == "mod" {
		args = append(args, "-mod=readonly")
	}
	switch v.name {
	case "build", "fix", "install":
		args = append(args, "-deps")
	case "test", "vet":
		args = append(args, "-deps", "-test")
	case "run":
		args, rest = append(args, "-deps"), program(rest)
	case "list":
		switch {
		case has(flags, "m"):
			args = append(args, "-m")
		case has(flags, "test"):
			args = append(args, "-test")
			fallthrough
		case has(flags, "deps"):
			args = append(args, "-deps")
		case has(flags, "find"):
			return nil
		}
	case "get", "mod download", "mod graph", "mod tidy", "mod vendor", "mod verify", "mod why":
		args, rest = append(args, "-m"), []string{"all"}
	default:
		return nil
	}
	if slices.ContainsFunc(rest, func(arg string) bool { return strings.Contains(arg, "@") }) {
		return nil // another module than the one here
	}
	return append(append(args, "--"), rest...)
}

// AllOf returns the arguments of a go list that loads packages which go mod tidy and go mod vendor load too, nil for other commands: these
// load all packages of the module and their tests, whatever their build constraints say.
func AllOf(args []string, goflags string) []string {
	v, flags, _ := parse(args, goflags)
	if v.name != "mod tidy" && v.name != "mod vendor" {
		return nil
	}
	args = append([]string{"list", "-buildvcs=false"}, only(flags, loading)...)
	return append(args, "-mod=readonly", "-deps", "-test", "--", "./...")
}

// only returns the flags that have one of the names.
func only(flags, names []string) []string {
	return slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return !slices.Contains(names, flagName(f)) })
}

// loading are the flags that decide what is loaded.
var loading = []string{"asan", "compiler", "installsuffix", "mod", "modfile", "msan", "overlay", "race", "tags"}

// program is the package of go run, or its files, without the program's arguments.
func program(args []string) []string {
	n := 0
	for n < len(args) && strings.HasSuffix(args[n], ".go") {
		n++
	}
	return args[:min(max(n, 1), len(args))]
}
