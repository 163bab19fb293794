package shim

import (
	"slices"
	"strings"
)

// cutChdir splits off a leading -C flag.
func cutChdir(args []string) (dir string, rest []string) {
	if len(args) == 0 {
		return "", args
	}
	name, value, joined := strings.Cut(args[0], "=")
	if name != "-C" && name != "--C" {
		return "", args
	}
	if joined {
		return value, args[1:]
	}
	if len(args) < 2 {
		return "", args
	}
	return args[1], args[2:]
}

// splitArgs separates the go command's own flags, each with its value, from the arguments after them. Like package
// flag it stops at the first word that is no flag. Go test also takes flags after packages, and stops at -args.
func splitArgs(verb string, args []string) (flags, rest []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return flags, append(rest, args[i+1:]...)
		case verb == "test" && (arg == "-args" || arg == "--args"):
			return flags, rest // the rest belongs to the test
		case len(arg) > 1 && arg[0] == '-':
			name := flagName(arg)
			if verb == "test" { // it also accepts -coverprofile as -test.coverprofile
				name = strings.TrimPrefix(name, "test.")
			}
			if !strings.Contains(arg, "=") && slices.Contains(flagsWithValue, name) && i+1 < len(args) {
				i++
				arg += "=" + args[i]
			}
			flags = append(flags, arg)
		case verb == "test":
			rest = append(rest, arg)
		default:
			return flags, append(rest, args[i:]...)
		}
	}
	return flags, rest
}

// flagsWithValue are the flags whose value may be the next word: work.AddBuildFlags and the flags of the single
// commands in Go 1.26, go help testflag. If one is missing here, its value is taken for an argument, and
// nothing worse happens.
var flagsWithValue = []string{
	"C", "asmflags", "bench", "benchtime", "blockprofile", "blockprofilerate", "buildmode", "compat", "compiler",
	"count", "covermode", "coverpkg", "coverprofile", "cpu", "cpuprofile", "debug-actiongraph",
	"debug-runtime-trace", "debug-trace", "exec", "f", "fuzz", "fuzzminimizetime", "fuzztime", "gccgoflags",
	"gcflags", "go", "installsuffix", "ldflags", "list", "memprofile", "memprofilerate", "mod", "modfile",
	"mutexprofile", "mutexprofilefraction", "o", "outputdir", "overlay", "p", "parallel", "pgo", "pkgdir", "reuse",
	"run", "shuffle", "skip", "tags", "timeout", "toolexec", "trace", "vet", "vettool",
}

// flagName returns the name in -name, --name and -name=value.
func flagName(arg string) string {
	name, _, _ := strings.Cut(arg, "=")
	return strings.TrimPrefix(strings.TrimPrefix(name, "-"), "-")
}

// boolFlag reports whether a boolean flag is on. The last one of a name counts.
func boolFlag(flags []string, name string) bool {
	on := false
	for _, f := range flags {
		if flagName(f) == name {
			_, value, joined := strings.Cut(f, "=")
			on = !joined || !slices.Contains([]string{"0", "f", "F", "false", "FALSE", "False"}, value)
		}
	}
	return on
}

// flagsNamed returns the flags with one of the names.
func flagsNamed(flags, names []string) []string {
	return slices.DeleteFunc(slices.Clone(flags), func(f string) bool { return !slices.Contains(names, flagName(f)) })
}

// SplitFlags splits the value of GOFLAGS as the go command does: at blanks, with quotes around whole words
// (cmd/internal/quoted.Split). It returns nothing for a value that the go command refuses.
func SplitFlags(value string) (flags []string) {
	const blanks = " \t\n\r"
	for value = strings.TrimLeft(value, blanks); value != ""; value = strings.TrimLeft(value, blanks) {
		if quote := value[:1]; quote == `'` || quote == `"` {
			flag, rest, closed := strings.Cut(value[1:], quote)
			if !closed {
				return nil
			}
			flags, value = append(flags, flag), rest
			continue
		}
		end := strings.IndexAny(value, blanks)
		if end < 0 {
			end = len(value)
		}
		flags, value = append(flags, value[:end]), value[end:]
	}
	return flags
}
