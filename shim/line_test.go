package shim

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// facts are the fields of a Line that TestParse checks.
type facts struct {
	Verb                           string
	Writes, Removes, RemovesUnseen Places
	RunsProgram, PrintsPaths       bool
	Dir                            string
}

func TestParse(t *testing.T) {
	all := ModCache | BuildCache | Bin | EnvFile
	tests := []struct {
		line    string
		goflags string
		want    facts
	}{
		{line: "", want: facts{}},
		{line: "build", want: facts{Verb: "build", Writes: builds}},
		{line: "build -o -n ./...", want: facts{Verb: "build", Writes: builds}},
		{line: "install .", want: facts{Verb: "install", Writes: builds | Bin}},
		{line: "install -x .", want: facts{Verb: "install", Writes: builds | Bin, PrintsPaths: true}},
		{line: "install -debug-trace=f .", want: facts{Verb: "install", Writes: builds | Bin, PrintsPaths: true}},
		{line: "install .", goflags: "-x", want: facts{Verb: "install", Writes: builds | Bin, PrintsPaths: true}},
		{line: "install -n .", want: facts{Verb: "install", Writes: builds}},
		{line: "install -n=false .", want: facts{Verb: "install", Writes: builds | Bin}},
		{line: "install .", goflags: "-v -n", want: facts{Verb: "install", Writes: builds}},
		{line: "install .", goflags: "'-x'", want: facts{Verb: "install", Writes: builds | Bin, PrintsPaths: true}},
		{line: "install -n=false .", goflags: "-n", want: facts{Verb: "install", Writes: builds | Bin}},
		{line: "clean -modcache", goflags: "'-n'", want: facts{Verb: "clean", Writes: BuildCache}},
		{line: "clean", goflags: "-modcache",
			want: facts{Verb: "clean", Writes: BuildCache, Removes: ModCache, RemovesUnseen: ModCache}},
		{line: "install -- -n", want: facts{Verb: "install", Writes: builds | Bin}},
		{line: "install a@v1.0.0 b@latest", want: facts{Verb: "install", Writes: builds | Bin}},
		{line: "run . -n", want: facts{Verb: "run", Writes: builds, RunsProgram: true}},
		{line: "run a@v1 b@v2", want: facts{Verb: "run", Writes: builds, RunsProgram: true}},
		{line: "test . -run X@ -args -n @", want: facts{Verb: "test", Writes: builds}},
		{line: "mod", want: facts{Verb: "mod"}},
		{line: "mod help tidy", want: facts{Verb: "mod"}},
		{line: "mod tidy", want: facts{Verb: "mod tidy", Writes: builds}},
		{line: "mod download -json", want: facts{Verb: "mod download", Writes: loads}},
		{line: "mod bogus", want: facts{Verb: "mod"}},
		{line: "work sync", want: facts{Verb: "work sync", Writes: loads}},
		{line: "get -u", want: facts{Verb: "get", Writes: builds}},
		{line: "env", want: facts{Verb: "env"}},
		{line: "env GOROOT", want: facts{Verb: "env"}},
		{line: "env -w GOBIN=/x", want: facts{Verb: "env", Writes: EnvFile}},
		{line: "env --u GOBIN", want: facts{Verb: "env", Writes: EnvFile}},
		{line: "env -w -h", want: facts{Verb: "env"}},
		{line: "clean", want: facts{Verb: "clean", Writes: BuildCache}},
		{line: "clean -modcache",
			want: facts{Verb: "clean", Writes: BuildCache, Removes: ModCache, RemovesUnseen: ModCache}},
		{line: "clean -cache -modcache", want: facts{
			Verb: "clean", Writes: BuildCache, Removes: ModCache | BuildCache, RemovesUnseen: ModCache | BuildCache,
		}},
		{line: "clean -x -cache -modcache", want: facts{
			Verb: "clean", Writes: BuildCache, Removes: ModCache | BuildCache, RemovesUnseen: ModCache, PrintsPaths: true,
		}},
		{line: "clean -cache", goflags: "-x",
			want: facts{Verb: "clean", Writes: BuildCache, Removes: BuildCache, PrintsPaths: true}},
		{line: "clean -modcache ./...", want: facts{Verb: "clean", Writes: BuildCache, Removes: ModCache}},
		{line: "clean -r -modcache", want: facts{Verb: "clean", Writes: BuildCache, Removes: ModCache}},
		{line: "clean -n -cache", want: facts{Verb: "clean", Writes: BuildCache}},
		{line: "clean -fuzzcache",
			want: facts{Verb: "clean", Writes: BuildCache, Removes: BuildCache, RemovesUnseen: FuzzCache}},
		{line: "clean -testcache", want: facts{Verb: "clean", Writes: BuildCache}},
		{line: "-C dir build", want: facts{Verb: "build", Writes: builds, Dir: "dir"}},
		{line: "build -C dir", want: facts{Verb: "build", Writes: builds, Dir: "dir"}},
		{line: "mod -C=dir tidy", want: facts{Verb: "mod", Dir: "dir"}},
		{line: "mod tidy --C=dir", want: facts{Verb: "mod tidy", Writes: builds, Dir: "dir"}},
		{line: "build -C", want: facts{Verb: "build", Writes: builds}},
		{line: "bogus -n", want: facts{Writes: all, RunsProgram: true}},
		{line: "-v build", want: facts{Writes: all, RunsProgram: true}},
		{line: "version -m x", want: facts{Verb: "version"}},
		{line: "help build", want: facts{Verb: "help"}},
		{line: "tool pprof a@b", want: facts{Verb: "tool", Writes: builds, RunsProgram: true}},
	}
	for _, tt := range tests {
		l := Parse(strings.Fields(tt.line), tt.goflags)
		got := facts{l.Verb, l.Writes, l.Removes, l.RemovesUnseen, l.RunsProgram, l.PrintsPaths, l.Dir}
		if got != tt.want {
			t.Errorf("Parse(%q, %q)\n got %+v\nwant %+v", tt.line, tt.goflags, got, tt.want)
		}
	}
}

// The fields that decide which directories a command needs, and what these must have.
func TestNeeds(t *testing.T) {
	for _, tt := range []struct {
		line     string
		runs     Places
		compiles bool
		noDirs   bool
	}{
		{line: "", noDirs: true},
		{line: "build", compiles: true},
		{line: "build -h", noDirs: true},
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
		{line: "list -m -json all", noDirs: true},
		{line: "list -m=false all"},
		{line: "mod edit -json", noDirs: true},
		{line: "mod download"},
		{line: "env -json", noDirs: true},
		{line: "version", noDirs: true},
		{line: "bogus", runs: Work | BuildCache},
	} {
		l := Parse(strings.Fields(tt.line), "")
		if l.Runs != tt.runs || l.Compiles != tt.compiles || l.NoDirs != tt.noDirs {
			t.Errorf("%q: runs in %s, compiles %t, needs no directories %t", tt.line, l.Runs, l.Compiles, l.NoDirs)
		}
	}
}

// A flag is inserted before the verb's own arguments and after a -C, which has to come first.
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
		if got := strings.Join(slices.Insert(args, Parse(args, "").ArgsAt, "-n"), " "); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// Every row has a reason, and is found by its name.
func TestVerbs(t *testing.T) {
	for _, v := range verbs {
		l := Parse(append(strings.Fields(v.name), "x"), "")
		if l.Verb != v.name || l.ArgsAt != len(l.Args)-1 || v.why == "" {
			t.Errorf("row %q: found %q, own arguments from %d, why %q", v.name, l.Verb, l.ArgsAt, v.why)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range []string{
		"", "build -o x ./...", "-C d mod tidy", "env -w A=b", "run . -- -n", "test -args", "clean -n -cache",
	} {
		f.Add(line, "-n -v")
	}
	f.Fuzz(func(t *testing.T, line, goflags string) {
		args := strings.Split(line, " ")
		before := slices.Clone(args)
		l := Parse(args, goflags)
		if !slices.Equal(args, before) {
			t.Fatalf("arguments changed: %q, were %q", args, before)
		}
		if again := Parse(args, goflags); !reflect.DeepEqual(l, again) {
			t.Fatalf("not the same twice: %+v, %+v", l, again)
		}
		for _, v := range l.Modules.Versions {
			if !slices.Contains(args, v) {
				t.Fatalf("%q is no argument of %q", v, args)
			}
		}
	})
}

// Flags may have one dash or two, and the value of -mod may be the next argument.
func TestOnlySums(t *testing.T) {
	for line, want := range map[string]bool{
		"build": true, "build m": true, "list -modfile=x": true, "build -mod=readonly": true, "test -mod=vendor": true,
		"build ./mod": true, "build -msan": true, "list": true, "list -m=false": true,
		"list -m": false, "list --m": false, "list -m=true": false, "build -mod=mod": false, "vet --mod=mod": false,
		"run -mod mod .": false, "get a": false, "mod tidy": false, "generate": false, "bogus": false,
	} {
		if got := Parse(strings.Fields(line), "").OnlySums; got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
	if Parse([]string{"build"}, "-mod=mod").OnlySums {
		t.Error("GOFLAGS=-mod=mod")
	}
}
