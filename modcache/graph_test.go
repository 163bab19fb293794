package modcache

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The graph selects what the go command selects, whatever modules require, exclude and replace, and however old they are.
func TestGraph(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go 40 times")
	}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 0))
		dir := t.TempDir()
		write(t, dir, randomWorkspace(r))
		cmd := exec.Command("go", "list", "-m", "all")
		cmd.Dir = filepath.Join(dir, "w")
		cmd.Env = append(os.Environ(), "GOMODCACHE="+filepath.Join(dir, "cache"), "GOPROXY=off", "GOFLAGS= ", "GOWORK=", "GOSUMDB=off")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%d: %v\n%s", seed, err, err.(*exec.ExitError).Stderr)
		}
		var want []string
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			want = append(want, f[0]+" "+strings.Join(f[1:min(len(f), 2)], ""))
		}
		s := newStore(filepath.Join(dir, "cache"), false)
		g := Find(filepath.Join(dir, "w"), "").graph(s)
		s.close()
		var got []string
		for path, version := range g.selected {
			got = append(got, path+" "+version)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || g.missing {
			t.Errorf("%d, missing: %t\n got %q\nwant %q\n%v", seed, g.missing, got, want, dir)
		}
	}
}

// randomWorkspace are the files of a workspace of three modules, and of a module cache with the go.mod files of others, which require
// one another.
func randomWorkspace(r *rand.Rand) map[string]string {
	const modules, versions = 8, 4
	name := func() string {
		return fmt.Sprintf("example.com/m%d v1.%d.0", r.IntN(modules), r.IntN(versions))
	}
	text := func(path string, requires int) string {
		s := fmt.Sprintf("module %s\n\ngo 1.%d\n\n", path, 16+5*r.IntN(2))
		for range requires {
			s += "require " + name() + "\n"
		}
		return s
	}
	files := map[string]string{"w/go.work": "go 1.22\n\nuse (\n./x\n./y\n./z\n)\n"}
	for _, main := range []string{"x", "y", "z"} {
		files["w/"+main+"/go.mod"] = text("example.com/"+main, r.IntN(4))
	}
	if r.IntN(2) == 0 {
		files["w/x/go.mod"] += "exclude " + name() + "\n"
	}
	if r.IntN(2) == 0 {
		files["w/go.work"] += "replace " + name() + " => " + name() + "\n"
	}
	for m := range modules {
		path := fmt.Sprintf("example.com/m%d", m)
		for v := range versions {
			file := fmt.Sprintf("cache/cache/download/%s/@v/v1.%d.0", path, v)
			files[file+".info"] = fmt.Sprintf(`{"Version":"v1.%d.0"}`, v)
			files[file+".mod"] = text(path, r.IntN(3))
		}
	}
	return files
}

// What the modules of a workspace need together is there where each needs the same alone, where all is there, or where what is there
// provides what they import.
func TestWorkspaceHeldBy(t *testing.T) {
	const a0, a1, b1 = "cache/example.com/a@v1.0.0/a.go", "cache/example.com/a@v1.1.0/a.go", "cache/example.com/b@v1.1.0/b.go"
	for _, tt := range []struct {
		name    string
		change  map[string]string
		without string
		want    bool
	}{
		{"together another version", nil, "", true},
		{"which is not there", nil, a1, false},
		{"without its go.mod file", nil, "cache/cache/download/example.com/a/@v/v1.1.0.mod", false},
		{"what each needs alone", map[string]string{"w/x/go.mod": "module x\ngo 1.21\nrequire example.com/a v1.1.0\n", "w/x/go.sum": "example.com/a v1.1.0 h1:x=\n"}, "", true},
		{"nobody imports it", map[string]string{"w/x/x.go": "package x\n", "w/y/y.go": "package y\n"}, a1, true},
		{"a dependency imports it", map[string]string{"w/x/x.go": "package x\n", b1: "package b\nimport _ \"example.com/a\"\n"}, a1, false},
		{"no go.sum names what is required", map[string]string{"w/x/go.sum": "", "w/x/go.mod": "module x\ngo 1.21\nrequire example.com/a v1.1.0\n"}, a1, false},
	} {
		dir := t.TempDir()
		files := map[string]string{
			"w/go.work":  "go 1.22\nuse (\n./x\n./y\n)\n",
			"w/x/go.mod": "module x\ngo 1.21\nrequire example.com/a v1.0.0\n", "w/x/go.sum": "example.com/a v1.0.0 h1:x=\n", "w/x/x.go": "package x\nimport _ \"example.com/a\"\n",
			"w/y/go.mod": "module y\ngo 1.21\nrequire example.com/b v1.1.0\n", "w/y/go.sum": "example.com/b v1.1.0 h1:x=\nexample.com/a v1.1.0/go.mod h1:x=\n", "w/y/y.go": "package y\nimport _ \"example.com/b\"\n",
			a0: "package a\n", a1: "package a\n", b1: "package b\n",
		}
		for v, requires := range map[string]string{"a/@v/v1.0.0": "", "a/@v/v1.1.0": "", "b/@v/v1.1.0": "require example.com/a v1.1.0\n"} {
			base := "cache/cache/download/example.com/" + v
			files[base+".info"], files[base+".ziphash"] = "x", testSum
			files[base+".mod"] = "module example.com/" + v[:1] + "\ngo 1.21\n" + requires
		}
		maps.Copy(files, tt.change)
		delete(files, tt.without)
		write(t, dir, files)
		if got := Find(filepath.Join(dir, "w"), "").Need(Asked{}).HeldBy(filepath.Join(dir, "cache")); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}
