package shim

import (
	"slices"
	"strings"
)

// A Line is a go command line, parsed once: everything about a go command that can be known before it runs.
type Line struct {
	Args   []string // as given, without the command's own name
	Verb   string   // "build", "mod download"; "" if the command line is not understood
	ArgsAt int      // index in Args of the verb's own arguments, after -C
	Dir    string   // value of -C, as given

	Why           string // the reason for Writes, from the table
	Writes        Places // where it may write; without a toolchain switch, which every command can start
	Removes       Places // what it removes, with -fuzzcache a part; it is locked exclusively
	RemovesUnseen Places // those of Removes that it removes without a look: if they are empty, it behaves the same
	RunsProgram   bool   // starts a program that goes on after the build
	Runs          Places // where it executes programs that it built: Work, BuildCache
	Compiles      bool   // runs the compiler of its tree
	NoDirs        bool   // needs none of the directories; tools parse its output, standard error included
	PrintsPaths   bool   // prints or writes to a file which paths it uses (-x, -debug-actiongraph, -debug-trace)
	OnlySums      bool   // reads only modules that go.sum names

	Modules  Modules  // what it needs from the module cache
	Stamped  []string // the packages whose programs get the revision of the sources; nil if it does not ask for that
	Defaults []string // the flags in GOFLAGS

	verb  verb
	flags []string // the flags in GOFLAGS, then its own: the last one of a name counts
	rest  []string // the arguments after its own flags
}

// Parse finds out what the go command will do with args, the command line without the command's own name, and
// goflags, the value of GOFLAGS. It accepts every command line. In doubt it names more places rather than
// fewer.
func Parse(args []string, goflags string) *Line {
	l := &Line{Args: args}
	rest := l.findVerb(args)
	l.ArgsAt = len(args) - len(rest)
	l.Verb = l.verb.name
	own, rest := splitArgs(l.Verb, rest)
	if printsHelp(l.Verb, own, rest) {
		l.Why, l.NoDirs, l.verb = "prints help", true, verb{name: l.Verb}
		l.rest = rest
		return l
	}
	l.Defaults = SplitFlags(goflags)
	l.flags, l.rest = slices.Concat(l.Defaults, own), rest
	l.setWrites()
	l.Runs = l.runPlaces()
	l.Compiles = compiles(l.Verb, rest)
	l.NoDirs = l.verb.writes == 0 || l.Verb == "list" && l.has("m")
	l.PrintsPaths = slices.ContainsFunc(l.flags, printsPaths)
	l.OnlySums = l.verb.sums && !l.has("m") && l.value("mod") != "mod"
	l.Stamped = l.stamped()
	l.Modules = l.modules()
	return l
}

// setWrites records what the command writes to and removes.
func (l *Line) setWrites() {
	l.Why, l.Writes, l.RunsProgram = l.verb.why, l.verb.writes, l.verb.runsProgram
	switch l.Verb {
	case "env":
		if l.has("w") || l.has("u") {
			l.Writes = EnvFile
		}
	case "clean":
		l.Removes, l.RemovesUnseen = l.clears(), l.empties()
	}
	if l.has("n") {
		l.Writes &^= Bin
		l.Removes, l.RemovesUnseen = 0, 0
	}
}

// findVerb finds the command's row like lookupCmd in cmd/go/main.go, takes the -C flag out like its
// handleChdirFlag, and returns the rest. -C is understood only directly after the command's words, or before
// the first one.
func (l *Line) findVerb(args []string) (rest []string) {
	l.verb = unknownVerb
	l.Dir, rest = cutChdir(args)
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
		l.verb, name, rest = verbs[i], longer, rest[1:]
	}
	if l.Dir == "" {
		l.Dir, rest = cutChdir(rest)
	}
	if len(args) == 0 {
		l.verb = verb{why: "prints help"}
	}
	return rest
}

// has reports whether a boolean flag is on.
func (l *Line) has(name string) bool { return boolFlag(l.flags, name) }

// value returns the value of a flag, "" if it has none.
func (l *Line) value(name string) string {
	value := ""
	for _, f := range l.flags {
		if _, v, ok := strings.Cut(f, "="); ok && flagName(f) == name {
			value = v
		}
	}
	return value
}

// runPlaces returns where the command executes programs that it built. Go run and go tool execute the program in
// $WORK the first time, and in the build cache later (cmd/go/internal/work.Builder.updateBuildID). Go test with
// coverage lets go tool run covdata (work.CovData).
func (l *Line) runPlaces() Places {
	switch {
	case l.has("n"), l.Verb == "doc" && !l.has("http"), l.Verb == "test" && l.has("c"):
		return 0
	case l.Verb == "test" && !slices.ContainsFunc(l.flags, isCover):
		return Work
	case l.Verb == "test", l.verb.runsProgram:
		return Work | BuildCache
	}
	return 0
}

// isCover reports whether the flag is about coverage.
func isCover(flag string) bool {
	return strings.HasPrefix(strings.TrimPrefix(flagName(flag), "test."), "cover")
}

// compiles reports whether the command fails without the compiler of GOROOT. Programs of go generate find their
// own tree. Go list can read a tree without a compiler. Go tool does not build the tools named here: since Go
// 1.25 they are in GOROOT/pkg/tool.
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

// printsPaths reports whether the go command shows its paths with this flag.
func printsPaths(flag string) bool {
	return slices.Contains([]string{"x", "debug-actiongraph", "debug-trace"}, flagName(flag))
}

// printsHelp reports whether the go command prints help and does nothing else.
func printsHelp(verb string, flags, rest []string) bool {
	return slices.ContainsFunc(flags, func(f string) bool { return flagName(f) == "h" || flagName(f) == "help" }) ||
		len(rest) > 0 && rest[0] == "help" && (verb == "mod" || verb == "work")
}

// clears returns the caches that go clean removes. With only -testcache it removes none.
func (l *Line) clears() (p Places) {
	if l.has("cache") || l.has("fuzzcache") {
		p |= BuildCache
	}
	if l.has("modcache") {
		p |= ModCache
	}
	return p
}

// empties returns the caches that go clean removes without a look at them. It refuses to remove them if
// packages are named, loads packages first with -i and -r, and with -x prints which folders of the build cache
// it found (cmd/go/internal/clean, runClean).
func (l *Line) empties() (p Places) {
	if len(l.rest) > 0 || l.has("i") || l.has("r") {
		return p
	}
	if l.has("modcache") {
		p |= ModCache
	}
	if l.has("cache") && !l.has("x") {
		p |= BuildCache
	}
	if l.has("fuzzcache") && !l.has("x") {
		p |= FuzzCache
	}
	return p
}

// versionedArgs returns the arguments of the form package@version. Arguments after the package of go run and the
// tool of go tool belong to that program.
func (l *Line) versionedArgs() []string {
	args := l.rest
	if (l.Verb == "run" || l.Verb == "tool") && len(args) > 1 {
		args = args[:1]
	}
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return !strings.Contains(arg, "@") })
}

// EnvNames returns the variables that go env -w or -u changes, nil for another command.
func (l *Line) EnvNames() (names []string) {
	if l.Writes != EnvFile {
		return nil
	}
	for _, arg := range l.rest {
		name, _, _ := strings.Cut(arg, "=")
		names = append(names, name)
	}
	return names
}
