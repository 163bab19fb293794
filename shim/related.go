package shim

import (
	"slices"
	"strings"
)

// List returns the arguments of a go list that loads the same packages or modules as this command. It writes
// neither go.mod nor go.sum, and what it prints does not matter. It fails if this command fails before it compiles,
// and for the same reason. List returns nil if there is no such go list.
func (l *Line) List() []string {
	args, rest := append([]string{"list", "-buildvcs=false"}, flagsNamed(l.flags, loadFlags)...), l.rest
	if l.value("mod") == "mod" {
		args = append(args, "-mod=readonly")
	}
	switch l.Verb {
	case "build", "fix", "install":
		args = append(args, "-deps")
	case "test", "vet":
		args = append(args, "-deps", "-test")
	case "run":
		args, rest = append(args, "-deps"), packageOfRun(rest)
	case "list":
		switch {
		case l.has("m"):
			args = append(args, "-m")
		case l.has("test"):
			args = append(args, "-test")
			fallthrough
		case l.has("deps"):
			args = append(args, "-deps")
		case l.has("find"):
			return nil
		}
	case "get", "mod download", "mod graph", "mod tidy", "mod vendor", "mod verify", "mod why":
		args, rest = append(args, "-m"), []string{"all"}
	default:
		return nil
	}
	if slices.ContainsFunc(rest, func(arg string) bool { return strings.Contains(arg, "@") }) {
		return nil // it loads another module than the one here
	}
	return append(append(args, "--"), rest...)
}

// ListAll returns the arguments of a go list for what go mod tidy and go mod vendor load besides: all packages
// of the module and their tests, whatever their build constraints. It returns nil for other commands.
func (l *Line) ListAll() []string {
	if l.Verb != "mod tidy" && l.Verb != "mod vendor" {
		return nil
	}
	args := append([]string{"list", "-buildvcs=false"}, flagsNamed(l.flags, loadFlags)...)
	return append(args, "-mod=readonly", "-deps", "-test", "--", "./...")
}

// loadFlags are the flags that decide which packages and modules are loaded.
var loadFlags = []string{"asan", "compiler", "installsuffix", "mod", "modfile", "msan", "overlay", "race", "tags"}

// packageOfRun returns the package of go run, or its files, without the program's arguments.
func packageOfRun(args []string) []string {
	n := 0
	for n < len(args) && strings.HasSuffix(args[n], ".go") {
		n++
	}
	return args[:min(max(n, 1), len(args))]
}

// Started returns the packages, patterns or files whose programs or tests this go run or go test starts, as they are
// given, and what the program of a test is to be called.
func (l *Line) Started() []string {
	switch {
	case l.has("n"):
		return nil
	case l.Verb == "run" && len(l.rest) > 0:
		return packageOfRun(l.rest)[:1]
	case l.Verb == "test" && !l.has("c"):
		started := slices.Clone(l.rest)
		if len(started) == 0 {
			started = []string{"."}
		}
		if name := l.value("o"); name != "" {
			started = append(started, name)
		}
		return started
	}
	return nil
}
