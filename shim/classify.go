package shim

import (
	"slices"
	"strings"
)

// Places is a set of what a go command may write to beyond its working directory, $WORK and telemetry.
type Places uint8

const (
	ModCache   Places = 1 << iota // GOMODCACHE, and the checksum database's state below GOPATH
	BuildCache                    // GOCACHE
	Bin                           // GOBIN, or bin below GOPATH
	EnvFile                       // the file of go env -w
	FuzzCache                     // fuzz below GOCACHE; in Class.Empties alone, else part of BuildCache
	Work                          // $WORK; in Class.Runs alone
)

// String lists the places in words.
func (p Places) String() string {
	var names []string
	for i, name := range []string{"module cache", "build cache", "bin", "env file", "fuzz cache", "work folder"} {
		if p&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if names == nil {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// A Class is what can be told of a go command from its command line.
type Class struct {
	Verb     string   // "build", "mod download"; "" where the command line is not understood
	Why      string   // the reason behind Writes, from the table
	Writes   Places   // what it may write to; a toolchain switch, which any command can start, not counted
	Clears   Places   // what it removes whole
	Empties  Places   // of that, what it does no more to: set aside before, it prints and returns the same
	Outlives bool     // starts a program that goes on after the build
	Runs     Places   // where it executes programs that it built: Work, BuildCache
	Compiles bool     // runs the compiler of its tree
	Bare     bool     // needs none of the directories; tools read what it prints, standard error included
	Tells    bool     // prints, or writes to a file, what it does with which paths (-x, -debug-actiongraph, -debug-trace)
	Dir      string   // of -C, as given
	Own      int      // index of the verb's own arguments in the command line, behind -C
	Modules  Modules  // what it asks of the module cache
	Flags    []string // of GOFLAGS
	Stamps   []string // packages for whose programs it asks for the revision of the sources; nil where it does not
}

// A verb is a row of what is known of the go command.
type verb struct {
	name     string
	writes   Places
	outlives bool
	why      string
}

const (
	loads  = ModCache              // resolves imports: missing modules are downloaded
	builds = ModCache | BuildCache // compiles, or indexes packages (cmd/go/internal/modindex) as any load does
)

// verbs was taken from base.Go.Commands in cmd/go/main.go of Go 1.26, and holds for 1.21 to 1.27: a
// command that is not here is passed on as one that may write to every place.
var verbs = []verb{
	{name: "bug", why: "prints settings and versions"},
	{name: "build", writes: builds, why: "compiles"},
	{name: "clean", writes: BuildCache, why: "removes files; -testcache writes testexpire.txt to the build cache"},
	{name: "doc", writes: builds, outlives: true, why: "looks packages up with go list; -http serves until stopped"},
	{name: "env", why: "prints settings; -w and -u write the env file"},
	{name: "fix", writes: builds, why: "type-checks like vet since Go 1.26"},
	{name: "fmt", writes: builds, why: "lists packages, then runs gofmt"},
	{name: "generate", writes: builds, outlives: true, why: "loads packages, then runs the programs they name"},
	{name: "get", writes: builds, why: "downloads modules"},
	{name: "help", why: "prints text"},
	{name: "install", writes: builds | Bin, why: "compiles and places the binary"},
	{name: "list", writes: builds, why: "loads packages; -export compiles them"},
	{name: "mod", why: "prints help without a verb of its own"},
	{name: "mod download", writes: loads, why: "downloads modules"},
	{name: "mod edit", why: "edits go.mod alone"},
	{name: "mod graph", writes: loads, why: "reads go.mod files of all modules"},
	{name: "mod init", why: "writes go.mod alone"},
	{name: "mod tidy", writes: builds, why: "loads all packages and their tests"},
	{name: "mod vendor", writes: builds, why: "loads all packages, copies them to vendor"},
	{name: "mod verify", writes: loads, why: "reads the module cache; downloads nothing but missing go.mod files"},
	{name: "mod why", writes: builds, why: "loads packages"},
	{name: "run", writes: builds, outlives: true, why: "compiles, then the program runs"},
	{name: "telemetry", why: "reads and writes the telemetry mode"},
	{name: "test", writes: builds, why: "compiles and keeps results"},
	{name: "tool", writes: builds, outlives: true, why: "compiles the tool since Go 1.24, then it runs"},
	{name: "version", why: "prints versions"},
	{name: "vet", writes: builds, why: "compiles and keeps results"},
	{name: "work", why: "prints help without a verb of its own"},
	{name: "work edit", why: "edits go.work alone"},
	{name: "work init", writes: loads, why: "reads go.mod files"},
	{name: "work sync", writes: loads, why: "resolves the workspace's modules"},
	{name: "work use", writes: loads, why: "reads go.mod files"},
	{name: "work vendor", writes: builds, why: "loads all packages, copies them to vendor"},
}

// unknown is the safe class: whatever it is, it may write anywhere.
var unknown = verb{writes: ModCache | BuildCache | Bin | EnvFile, outlives: true, why: "not known to go-safe"}

// Classify tells what the go command will do with args, the command line without the command's own name,
// and goflags, the value of GOFLAGS. It changes neither, accepts everything, and where it has a doubt
// names more places rather than fewer.
func Classify(args []string, goflags string) Class {
	v, rest, dir := lookup(args)
	c := Class{Verb: v.name, Why: v.why, Writes: v.writes, Outlives: v.outlives, Dir: dir, Own: len(args) - len(rest)}
	flags, rest := split(v.name, rest)
	if slices.ContainsFunc(flags, isHelp) || len(rest) > 0 && rest[0] == "help" && (v.name == "mod" || v.name == "work") {
		return Class{Verb: v.name, Why: "prints help", Bare: true, Dir: dir}
	}
	c.Flags = SplitFlags(goflags)
	flags = slices.Concat(c.Flags, flags) // the last one counts
	switch v.name {
	case "env":
		if has(flags, "w") || has(flags, "u") {
			c.Writes = EnvFile
		}
	case "clean":
		c.Clears = clears(flags)
		c.Empties = empties(flags, rest)
	}
	if has(flags, "n") {
		c.Writes &^= Bin
		c.Clears, c.Empties = 0, 0
	}
	c.Runs = runs(v, flags)
	c.Compiles = compiles(v.name, rest)
	c.Bare = v.writes == 0 || v.name == "list" && has(flags, "m")
	c.Stamps = stamps(v, flags, rest)
	c.Tells = slices.ContainsFunc(flags, tells)
	c.Modules = modules(v.name, flags, rest)
	return c
}

// parse takes a command line apart. The flags of GOFLAGS come first, for the last one counts.
func parse(args []string, goflags string) (v verb, flags, rest []string) {
	v, rest, _ = lookup(args)
	flags, rest = split(v.name, rest)
	return v, slices.Concat(SplitFlags(goflags), flags), rest
}

// lookup finds the command's row as lookupCmd in cmd/go/main.go does, and takes the -C flag out as its
// handleChdirFlag does: -C is understood only right behind the command's words, or before the first.
func lookup(args []string) (v verb, rest []string, dir string) {
	v, rest = unknown, args
	dir, rest = chdir(rest)
	name := ""
	for range 2 {
		if len(rest) == 0 {
			break
		}
		longer := strings.TrimPrefix(name+" "+rest[0], " ")
		i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == longer })
		if i < 0 {
			break
		}
		v, name, rest = verbs[i], longer, rest[1:]
	}
	if dir == "" {
		dir, rest = chdir(rest)
	}
	if len(args) == 0 {
		v = verb{why: "prints help"}
	}
	return v, rest, dir
}

// chdir splits a leading -C flag off.
func chdir(args []string) (dir string, rest []string) {
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

// split separates the flags that are the go command's own, each with its value, from what follows them. Like package flag it
// stops at the first word that is no flag; test, which takes flags behind packages too, stops at -args.
func split(verb string, args []string) (flags, rest []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return flags, append(rest, args[i+1:]...)
		case verb == "test" && (arg == "-args" || arg == "--args"):
			return flags, rest // the rest is the test's own
		case len(arg) > 1 && arg[0] == '-':
			name := flagName(arg)
			if verb == "test" { // which knows -coverprofile as -test.coverprofile, too
				name = strings.TrimPrefix(name, "test.")
			}
			if !strings.Contains(arg, "=") && slices.Contains(valued, name) && i+1 < len(args) {
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

// valued are the flags whose value may be the next word: work.AddBuildFlags and the flags of the single commands
// in Go 1.26, go help testflag. One that is missing here costs no more than a word taken for an argument.
var valued = []string{
	"C", "asmflags", "bench", "benchtime", "blockprofile", "blockprofilerate", "buildmode", "compat", "compiler",
	"count", "covermode", "coverpkg", "coverprofile", "cpu", "cpuprofile", "debug-actiongraph",
	"debug-runtime-trace", "debug-trace", "exec", "f", "fuzz", "fuzzminimizetime", "fuzztime", "gccgoflags",
	"gcflags", "go", "installsuffix", "ldflags", "list", "memprofile", "memprofilerate", "mod", "modfile", "mutexprofile",
	"mutexprofilefraction", "o", "outputdir", "overlay", "p", "parallel", "pgo", "pkgdir", "reuse", "run",
	"shuffle", "skip", "tags", "timeout", "toolexec", "trace", "vet", "vettool",
}

// flagName is the name in -name, --name and -name=value.
func flagName(arg string) string {
	name, _, _ := strings.Cut(arg, "=")
	return strings.TrimPrefix(strings.TrimPrefix(name, "-"), "-")
}

// has reports whether a boolean flag is given and not turned off again: the last one counts.
func has(flags []string, name string) bool {
	on := false
	for _, f := range flags {
		if flagName(f) == name {
			_, value, joined := strings.Cut(f, "=")
			on = !joined || !slices.Contains([]string{"0", "f", "F", "false", "FALSE", "False"}, value)
		}
	}
	return on
}

// runs says where the command executes what it built. Go run and go tool execute the program from $WORK the first
// time, and then from the build cache (cmd/go/internal/work.Builder.updateBuildID); go test has covdata run by go
// tool (work.CovData).
func runs(v verb, flags []string) Places {
	switch {
	case has(flags, "n"), v.name == "doc" && !has(flags, "http"), v.name == "test" && has(flags, "c"):
		return 0
	case v.name == "test" && !slices.ContainsFunc(flags, isCover):
		return Work
	case v.name == "test", v.outlives:
		return Work | BuildCache
	}
	return 0
}

// isCover reports whether the flag is about coverage.
func isCover(flag string) bool {
	return strings.HasPrefix(strings.TrimPrefix(flagName(flag), "test."), "cover")
}

// compiles reports whether the command is of no use without the compiler of GOROOT. What go generate starts finds its
// own tree, and who asks go list for export data wants to know of a tree without a compiler. Go tool does not build
// these: they are in GOROOT/pkg/tool since Go 1.25.
func compiles(verb string, rest []string) bool {
	switch verb {
	case "build", "fix", "install", "run", "test", "vet":
		return true
	case "tool":
		there := []string{"asm", "cgo", "compile", "cover", "fix", "link", "preprofile", "vet"}
		return len(rest) > 0 && !slices.Contains(there, rest[0])
	}
	return false
}

// tells reports whether with this flag the go command lets its paths be seen.
func tells(flag string) bool {
	return slices.Contains([]string{"x", "debug-actiongraph", "debug-trace"}, flagName(flag))
}

// isHelp reports whether package flag would print the usage for it.
func isHelp(flag string) bool {
	name := flagName(flag)
	return name == "h" || name == "help"
}

// clears are the caches that go clean with these flags removes; -testcache removes nothing.
func clears(flags []string) Places {
	var p Places
	if has(flags, "cache") || has(flags, "fuzzcache") {
		p |= BuildCache
	}
	if has(flags, "modcache") {
		p |= ModCache
	}
	return p
}

// empties are the caches that go clean only removes. With packages it refuses to, with -i and -r it loads packages first, and with
// -x it prints which folders of the build cache it found (cmd/go/internal/clean, runClean).
func empties(flags, packages []string) Places {
	var p Places
	if len(packages) > 0 || has(flags, "i") || has(flags, "r") {
		return p
	}
	if has(flags, "modcache") {
		p |= ModCache
	}
	if has(flags, "cache") && !has(flags, "x") {
		p |= BuildCache
	}
	if has(flags, "fuzzcache") && !has(flags, "x") {
		p |= FuzzCache
	}
	return p
}

// versions are the arguments of the form package@version. What stands behind the package of go run and
// the tool of go tool belongs to that program.
func versions(verb string, args []string) []string {
	if (verb == "run" || verb == "tool") && len(args) > 1 {
		args = args[:1]
	}
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return !strings.Contains(arg, "@") })
}
