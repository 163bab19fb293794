package shim

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestClassify(t *testing.T) {
	all := ModCache | BuildCache | Bin | EnvFile
	tests := []struct {
		line    string
		goflags string
		want    Class // Why, Own, Runs, Compiles, Bare, Flags, Stamps and Modules left out
	}{
		{line: "", want: Class{}},
		{line: "build", want: Class{Verb: "build", Writes: builds}},
		{line: "build -o -n ./...", want: Class{Verb: "build", Writes: builds}},
		{line: "install .", want: Class{Verb: "install", Writes: builds | Bin}},
		{line: "install -x .", want: Class{Verb: "install", Writes: builds | Bin, Tells: true}},
		{line: "install -debug-trace=f .", want: Class{Verb: "install", Writes: builds | Bin, Tells: true}},
		{line: "install .", goflags: "-x", want: Class{Verb: "install", Writes: builds | Bin, Tells: true}},
		{line: "install -n .", want: Class{Verb: "install", Writes: builds}},
		{line: "install -n=false .", want: Class{Verb: "install", Writes: builds | Bin}},
		{line: "install .", goflags: "-v -n", want: Class{Verb: "install", Writes: builds}},
		{line: "install .", goflags: "'-x'", want: Class{Verb: "install", Writes: builds | Bin, Tells: true}},
		{line: "install -n=false .", goflags: "-n", want: Class{Verb: "install", Writes: builds | Bin}},
		{line: "clean -modcache", goflags: "'-n'", want: Class{Verb: "clean", Writes: BuildCache}},
		{line: "clean", goflags: "-modcache", want: Class{Verb: "clean", Writes: BuildCache, Clears: ModCache, Empties: ModCache}},
		{line: "install -- -n", want: Class{Verb: "install", Writes: builds | Bin}},
		{line: "install a@v1.0.0 b@latest", want: Class{Verb: "install", Writes: builds | Bin}},
		{line: "run . -n", want: Class{Verb: "run", Writes: builds, Outlives: true}},
		{line: "run a@v1 b@v2", want: Class{Verb: "run", Writes: builds, Outlives: true}},
		{line: "test . -run X@ -args -n @", want: Class{Verb: "test", Writes: builds}},
		{line: "mod", want: Class{Verb: "mod"}},
		{line: "mod help tidy", want: Class{Verb: "mod"}},
		{line: "mod tidy", want: Class{Verb: "mod tidy", Writes: builds}},
		{line: "mod download -json", want: Class{Verb: "mod download", Writes: loads}},
		{line: "mod bogus", want: Class{Verb: "mod"}},
		{line: "work sync", want: Class{Verb: "work sync", Writes: loads}},
		{line: "get -u", want: Class{Verb: "get", Writes: builds}},
		{line: "env", want: Class{Verb: "env"}},
		{line: "env GOROOT", want: Class{Verb: "env"}},
		{line: "env -w GOBIN=/x", want: Class{Verb: "env", Writes: EnvFile}},
		{line: "env --u GOBIN", want: Class{Verb: "env", Writes: EnvFile}},
		{line: "env -w -h", want: Class{Verb: "env"}},
		{line: "clean", want: Class{Verb: "clean", Writes: BuildCache}},
		{line: "clean -modcache", want: Class{Verb: "clean", Writes: BuildCache, Clears: ModCache, Empties: ModCache}},
		{line: "clean -cache -modcache", want: Class{Verb: "clean", Writes: BuildCache, Clears: ModCache | BuildCache, Empties: ModCache | BuildCache}},
		{line: "clean -x -cache -modcache", want: Class{Verb: "clean", Writes: BuildCache, Clears: ModCache | BuildCache, Empties: ModCache, Tells: true}},
		{line: "clean -cache", goflags: "-x", want: Class{Verb: "clean", Writes: BuildCache, Clears: BuildCache, Tells: true}},
		{line: "clean -modcache ./...", want: Class{Verb: "clean", Writes: BuildCache, Clears: ModCache}},
		{line: "clean -r -modcache", want: Class{Verb: "clean", Writes: BuildCache, Clears: ModCache}},
		{line: "clean -n -cache", want: Class{Verb: "clean", Writes: BuildCache}},
		{line: "clean -fuzzcache", want: Class{Verb: "clean", Writes: BuildCache, Clears: BuildCache, Empties: FuzzCache}},
		{line: "clean -testcache", want: Class{Verb: "clean", Writes: BuildCache}},
		{line: "-C dir build", want: Class{Verb: "build", Writes: builds, Dir: "dir"}},
		{line: "build -C dir", want: Class{Verb: "build", Writes: builds, Dir: "dir"}},
		{line: "mod -C=dir tidy", want: Class{Verb: "mod", Dir: "dir"}},
		{line: "mod tidy --C=dir", want: Class{Verb: "mod tidy", Writes: builds, Dir: "dir"}},
		{line: "build -C", want: Class{Verb: "build", Writes: builds}},
		{line: "bogus -n", want: Class{Writes: all, Outlives: true}},
		{line: "-v build", want: Class{Writes: all, Outlives: true}},
		{line: "version -m x", want: Class{Verb: "version"}},
		{line: "help build", want: Class{Verb: "help"}},
		{line: "tool pprof a@b", want: Class{Verb: "tool", Writes: builds, Outlives: true}},
	}
	for _, tt := range tests {
		got := Classify(strings.Fields(tt.line), tt.goflags)
		got.Runs, got.Compiles, got.Bare = 0, false, false
		got.Why, got.Own, got.Flags, got.Stamps, got.Modules = "", 0, nil, nil, Modules{}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("Classify(%q, %q)\n got %+v\nwant %+v", tt.line, tt.goflags, got, tt.want)
		}
	}
}

// What decides which directories a command needs, and what of.
func TestNeeds(t *testing.T) {
	for _, tt := range []struct {
		line     string
		runs     Places
		compiles bool
		bare     bool
	}{
		{line: "", bare: true},
		{line: "build", compiles: true},
		{line: "build -h", bare: true},
		{line: "test", runs: Work, compiles: true},
		{line: "test -c", compiles: true},
		{line: "test -n", compiles: true},
		{line: "test ./... -coverprofile=x", runs: Work | BuildCache, compiles: true},
		{line: "test -test.cover", runs: Work | BuildCache, compiles: true},
		{line: "run .", runs: Work | BuildCache, compiles: true},
		{line: "run -n .", compiles: true},
		{line: "generate", runs: Work | BuildCache},
		{line: "tool nm", runs: Work | BuildCache, compiles: true},
		{line: "tool compile -V", runs: Work | BuildCache},
		{line: "tool", runs: Work | BuildCache},
		{line: "doc fmt", runs: 0},
		{line: "doc -http", runs: Work | BuildCache},
		{line: "list ./..."},
		{line: "list -export std"},
		{line: "list -m -json all", bare: true},
		{line: "list -m=false all"},
		{line: "mod edit -json", bare: true},
		{line: "mod download"},
		{line: "env -json", bare: true},
		{line: "version", bare: true},
		{line: "bogus", runs: Work | BuildCache},
	} {
		c := Classify(strings.Fields(tt.line), "")
		if c.Runs != tt.runs || c.Compiles != tt.compiles || c.Bare != tt.bare {
			t.Errorf("%q: runs in %s, compiles %t, bare %t", tt.line, c.Runs, c.Compiles, c.Bare)
		}
	}
}

// A flag is put in front of the verb's own arguments, behind a -C, which has to be the first.
func TestOwn(t *testing.T) {
	for line, want := range map[string]string{
		"run .":            "run -n .",
		"run":              "run -n",
		"-C run run .":     "-C run run -n .",
		"run -C q .":       "run -C q -n .",
		"run -C=q -v . -C": "run -C=q -n -v . -C",
		"mod tidy -C d":    "mod tidy -C d -n",
	} {
		args := strings.Fields(line)
		if got := strings.Join(slices.Insert(args, Classify(args, "").Own, "-n"), " "); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// Every row says why, and is found by its name.
func TestVerbs(t *testing.T) {
	for _, v := range verbs {
		got, rest, _ := lookup(append(strings.Fields(v.name), "x"))
		if got.name != v.name || len(rest) != 1 || v.why == "" {
			t.Errorf("row %q: found %q, rest %q, why %q", v.name, got.name, rest, v.why)
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, line := range []string{"", "build -o x ./...", "-C d mod tidy", "env -w A=b", "run . -- -n", "test -args", "clean -n -cache"} {
		f.Add(line, "-n -v")
	}
	f.Fuzz(func(t *testing.T, line, goflags string) {
		args := strings.Split(line, " ")
		before := slices.Clone(args)
		c := Classify(args, goflags)
		if !slices.Equal(args, before) {
			t.Fatalf("arguments changed: %q, were %q", args, before)
		}
		if again := Classify(args, goflags); !reflect.DeepEqual(c, again) {
			t.Fatalf("not the same twice: %+v, %+v", c, again)
		}
		for _, v := range c.Modules.Versions {
			if !slices.Contains(args, v) {
				t.Fatalf("%q is no argument of %q", v, args)
			}
		}
	})
}
