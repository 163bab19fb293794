package shim

import (
	"slices"
	"strings"
)

// BuildOf returns the arguments of a go command that builds anew what the go command with args and goflags builds, and keeps nothing of it but
// in the build cache: it fails of what that one fails of before it starts what it built. Executes reports whether that one, if nothing fails so
// far, executes tests from $WORK. Args is nil where there is no such go command, or none that is certain to fail of the same.
func BuildOf(line []string, goflags string) (args []string, executes bool) {
	v, flags, rest := parse(line, goflags)
	if has(flags, "n") || flagValue(flags, "buildmode") != "" || len(versions(v.name, rest)) > 0 {
		return nil, false
	}
	switch v.name {
	case "build", "install":
		args = []string{"build", "-o", "/dev/null"}
	case "run":
		args, rest = []string{"build", "-o", "/dev/null"}, program(rest)
	case "test": // true(1) stands for each program; with -count no result is kept
		args = []string{"test", "-count=1", "-exec=true"}
		executes = !slices.ContainsFunc(flags, func(f string) bool {
			name := strings.TrimPrefix(flagName(f), "test.")
			return !slices.Contains(building, name) && !slices.Contains(untilExecuted, name)
		})
	case "vet":
		args = []string{"vet"}
	default:
		return nil, false
	}
	if v.name != "test" { // which alone has a flag -vet, and whose -- begins what is the test's own
		flags = slices.DeleteFunc(flags, func(f string) bool { return flagName(f) == "vet" })
		rest = slices.Concat([]string{"--"}, rest)
	}
	return slices.Concat(args, only(flags, building), rest), executes
}

// building are the flags that decide what is built and how, and name no file to be written.
var building = append([]string{
	"asmflags", "buildvcs", "cover", "covermode", "coverpkg", "gccgoflags", "gcflags", "ldflags", "linkshared", "modcacherw", "p", "pgo",
	"pkgdir", "toolexec", "trimpath", "vet", "vettool",
}, loading...)

// untilExecuted are the other flags with which go test does nothing that may fail between building a test and executing it.
var untilExecuted = []string{
	"a", "bench", "benchmem", "benchtime", "count", "cpu", "failfast", "fullpath", "json", "list", "parallel", "run", "short", "shuffle", "skip",
	"timeout", "v", "work", "x",
}
