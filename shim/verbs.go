package shim

import (
	"slices"
	"strings"
)

// Places is a set of places where a go command may write, besides its working directory, $WORK and telemetry.
type Places uint8

const (
	ModCache   Places = 1 << iota // GOMODCACHE, and the checksum database's state below GOPATH
	BuildCache                    // GOCACHE
	Bin                           // GOBIN, or bin below GOPATH
	EnvFile                       // the file that go env -w changes
	FuzzCache                     // fuzz below GOCACHE; only in Line.RemovesUnseen, elsewhere it is part of BuildCache
	Work                          // $WORK; only in Line.Runs
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

// A verb is a row of the table of go commands.
type verb struct {
	name        string
	writes      Places
	runsProgram bool // starts a program that goes on after the build
	sums        bool // reads only modules that go.sum names
	why         string
}

const (
	loads  = ModCache              // resolves imports, and downloads modules that are missing
	builds = ModCache | BuildCache // compiles, or only loads packages, which indexes them (cmd/go/internal/modindex)
)

// verbs is taken from base.Go.Commands in cmd/go/main.go of Go 1.26, and holds for 1.21 to 1.27. A command that
// is not here may write to every place.
var verbs = []verb{
	{name: "bug", why: "prints settings and versions"},
	{name: "build", writes: builds, sums: true, why: "compiles"},
	{name: "clean", writes: BuildCache, why: "removes files; -testcache writes testexpire.txt to the build cache"},
	{name: "doc", writes: builds, runsProgram: true,
		why: "looks packages up with go list; -http serves until stopped"},
	{name: "env", why: "prints settings; -w and -u write the env file"},
	{name: "fix", writes: builds, sums: true, why: "type-checks like vet since Go 1.26"},
	{name: "fmt", writes: builds, sums: true, why: "lists packages, then runs gofmt"},
	{name: "generate", writes: builds, runsProgram: true, why: "loads packages, then runs the programs they name"},
	{name: "get", writes: builds, why: "downloads modules"},
	{name: "help", why: "prints text"},
	{name: "install", writes: builds | Bin, sums: true, why: "compiles and places the binary"},
	{name: "list", writes: builds, sums: true, why: "loads packages; -export compiles them"},
	{name: "mod", why: "prints help without a verb of its own"},
	{name: "mod download", writes: loads, why: "downloads modules"},
	{name: "mod edit", why: "edits go.mod alone"},
	{name: "mod graph", writes: loads, why: "reads go.mod files of all modules"},
	{name: "mod init", why: "writes go.mod alone"},
	{name: "mod tidy", writes: builds, why: "loads all packages and their tests"},
	{name: "mod vendor", writes: builds, why: "loads all packages, copies them to vendor"},
	{name: "mod verify", writes: loads, why: "reads the module cache; downloads nothing but missing go.mod files"},
	{name: "mod why", writes: builds, why: "loads packages"},
	{name: "run", writes: builds, runsProgram: true, sums: true, why: "compiles, then the program runs"},
	{name: "telemetry", why: "reads and writes the telemetry mode"},
	{name: "test", writes: builds, sums: true, why: "compiles and keeps results"},
	{name: "tool", writes: builds, runsProgram: true, sums: true,
		why: "compiles the tool since Go 1.24, then it runs"},
	{name: "version", why: "prints versions"},
	{name: "vet", writes: builds, sums: true, why: "compiles and keeps results"},
	{name: "work", why: "prints help without a verb of its own"},
	{name: "work edit", why: "edits go.work alone"},
	{name: "work init", writes: loads, why: "reads go.mod files"},
	{name: "work sync", writes: loads, why: "resolves the workspace's modules"},
	{name: "work use", writes: loads, why: "reads go.mod files"},
	{name: "work vendor", writes: builds, why: "loads all packages, copies them to vendor"},
}

// Words returns the words that may follow go on a command line.
func Words() (words []string) {
	for _, v := range verbs {
		if !strings.Contains(v.name, " ") {
			words = append(words, v.name)
		}
	}
	return words
}

// unknownVerb is the row for all other commands: to be safe, they may write everywhere.
var unknownVerb = verb{
	writes: ModCache | BuildCache | Bin | EnvFile, runsProgram: true, why: "not known to go-safe",
}

// Knows reports whether the go command has a command of that name.
func Knows(name string) bool {
	return slices.ContainsFunc(verbs, func(v verb) bool { return v.name == name })
}
