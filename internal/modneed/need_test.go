package modneed

import (
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

func TestHeldBy(t *testing.T) {
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	cachetest.Write(t, dir, map[string]string{
		"m/go.mod": "module m\n",
		"m/go.sum": "example.com/Upper v1.0.0 h1:x=\nexample.com/Upper v1.0.0/go.mod h1:y=\n" +
			"example.com/b v2.0.0+incompatible/go.mod h1:z=\nno line\n../x v1.0.0 h1:x=\n",
		"m/sub/x.go": "package x\n",
	})
	need := Of(gomod.Find(filepath.Join(dir, "m", "sub"), "off"), Asked{})
	for _, step := range []struct{ file, text string }{
		{"cache/example.com/!upper@v1.0.0/x.go", "x"},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.ziphash", ""},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.ziphash", cachetest.Hash},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.mod", "x"},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.info", "x"},
		{"cache/cache/download/example.com/b/@v/v2.0.0+incompatible.mod", ""},
		{"cache/cache/download/example.com/b/@v/v2.0.0+incompatible.mod", "x"},
	} {
		if need.CompleteIn(cache) {
			t.Fatalf("complete without %s", step.file)
		}
		cachetest.Write(t, dir, map[string]string{step.file: step.text})
	}
	if !need.CompleteIn(cache) {
		t.Fatal("not complete with everything that go.sum names")
	}
	cachetest.Write(t, dir, map[string]string{"cache/cache/download/example.com/!upper/@v/v1.0.0.partial": ""})
	if need.CompleteIn(cache) {
		t.Error("complete with a module that is half extracted")
	}
	if !Of(gomod.Find(dir, "off"), Asked{}).CompleteIn("/nonexistent") {
		t.Error("without a module something is missing")
	}
	if Of(gomod.Find(dir, "off"), Asked{Modules: shim.Modules{More: true}}).CompleteIn(cache) {
		t.Error("what cannot be named is there")
	}
}

// words are the artifacts of a need in words.
func words(n Need) string {
	var words []string
	for _, a := range n.Artifacts {
		word := a.String()
		if !a.Mod {
			word += " without go.mod"
		}
		if !a.Tree {
			word += " go.mod"
		}
		if a.Info {
			word += " .info"
		}
		if a.ExpectedHash != "" {
			word += " " + a.ExpectedHash
		}
		words = append(words, word)
	}
	slices.Sort(words)
	if n.MayNeedMore() {
		words = append(words, "may")
	}
	return strings.Join(words, ", ")
}

func TestOf(t *testing.T) {
	const mod, ab = "module m\n\ngo 1.21\n\n", "a v1.0.0 h1:x\na v1.0.0/go.mod h1:y\nb v1.0.0/go.mod h1:z\n"
	const one = "a v1.0.0 h1:x\n"
	noVendor, required := Asked{Modules: shim.Modules{NoVendor: true}}, Asked{Modules: shim.Modules{Required: true}}
	type files = map[string]string
	for _, tt := range []struct {
		name  string
		files files
		asked Asked
		want  string
	}{
		{"nothing", files{"go.mod": mod}, Asked{}, ""},
		{"sums", files{"go.mod": mod, "go.sum": ab}, Asked{}, "a@v1.0.0 h1:x, b@v1.0.0 go.mod"},
		{"two sums", files{"go.mod": mod, "go.sum": one + "a v1.0.0 h1:y\n"}, Asked{}, "a@v1.0.0 without go.mod"},
		{"edited sums", files{
			"go.mod": mod, "go.sum": one + "b v1.0.0/go.mod h1:z\na v1.0.0/go.mod h1:y\n\na b c d\n",
		}, Asked{}, "a@v1.0.0 h1:x, b@v1.0.0 go.mod"},
		{"vendor", files{"go.mod": mod, "go.sum": one, "vendor/modules.txt": ""}, Asked{}, ""},
		{"vendor ignored", files{"go.mod": mod, "go.sum": one, "vendor/modules.txt": ""}, noVendor,
			"a@v1.0.0 without go.mod h1:x"},
		{"vendor of an old module", files{"go.mod": "module m\ngo 1.13\n", "go.sum": one, "vendor/modules.txt": ""}, Asked{},
			"a@v1.0.0 without go.mod h1:x"},
		{"required", files{"go.mod": mod + "require a v1.0.0\n", "go.sum": "a v1.0.0/go.mod h1:y\n"}, required, "a@v1.0.0"},
		{"required, replaced", files{
			"go.mod": mod + "require a v1.0.0\nreplace a => ../a\nreplace b => c v1.0.0\nrequire b v1.0.0\n",
			"go.sum": "c v1.0.0/go.mod h1:y\n",
		}, required, "c@v1.0.0"},
		{"required, no sum", files{"go.mod": mod + "require a v1.0.0\n"}, required, "may"},
		{"version", files{"go.mod": mod}, Asked{Modules: shim.Modules{Versions: []string{"a@v1.0.0"}}}, "a@v1.0.0"},
		{"modfile", files{"go.mod": mod, "go.sum": one, "x.mod": mod, "x.sum": "b v1.0.0 h1:x\n"}, Asked{},
			"b@v1.0.0 without go.mod h1:x"},
		{"workspace", files{
			"go.mod": mod, "go.sum": one, "go.work": "go 1.21\nuse (\n.\n./n\n)\n", "go.work.sum": "c v1.0.0/go.mod h1:x\n",
			"n/go.mod": "module n\n", "n/go.sum": "a v1.0.0/go.mod h1:y\nm v1.0.0 h1:x\n",
		}, Asked{}, "a@v1.0.0 h1:x, c@v1.0.0 go.mod"},
	} {
		dir := t.TempDir()
		cachetest.Write(t, dir, tt.files)
		p := gomod.Find(dir, "")
		if tt.name == "modfile" {
			p = p.Using(filepath.Join(dir, "x.mod"))
		}
		if got := words(Of(p, tt.asked)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// What the go command says of the graph adds the selected versions.
func TestSelect(t *testing.T) {
	const graph = "x a@v1.0.0\nx go@1.21\ny b@v1.1.0\nb@v1.1.0 a@v1.10.0\nb@v1.1.0 a@v1.9.0\n" +
		"b@v1.1.0 c@v1.0.0\ngo@1.22 toolchain@go1.22\n"
	for _, tt := range []struct {
		name, work, want string
		asked            Asked
	}{
		{"a workspace", "go 1.21\nuse .\n", "a@v1.0.0 h1:x, a@v1.10.0, b@v1.1.0 go.mod, c@v1.0.0 go.mod", Asked{}},
		{"infos", "", "a@v1.0.0 h1:x, a@v1.10.0 without go.mod go.mod .info, b@v1.1.0 go.mod .info, " +
			"c@v1.0.0 without go.mod go.mod .info",
			Asked{Modules: shim.Modules{Infos: true}}},
	} {
		dir := t.TempDir()
		const sums = "a v1.0.0 h1:x\na v1.0.0/go.mod h1:y\nb v1.1.0/go.mod h1:y\n"
		files := map[string]string{"go.mod": "module m\n", "go.sum": sums}
		if tt.work != "" {
			files["go.work"] = tt.work
		}
		cachetest.Write(t, dir, files)
		n := Of(gomod.Find(dir, ""), tt.asked)
		n.Select(graph)
		if got := words(n); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

const base = "cache/download/example.com/a/@v/v1.0.0"

// project makes a project that needs example.com/a, and a cache that has all of it.
func project(t *testing.T) (p gomod.Project, cache string) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{
		"m/go.mod": "module m\nrequire example.com/a v1.0.0\n",
		"m/go.sum": "example.com/a v1.0.0 " + cachetest.Hash + "\n" +
			"example.com/a v1.0.0/go.mod " + cachetest.Hash + "\n",
		"mod/" + base + ".mod": "module a", "mod/" + base + ".info": "{}",
		"mod/" + base + ".zip": "PK", "mod/" + base + ".ziphash": cachetest.Hash,
		"mod/example.com/a@v1.0.0/a.go": "package a",
	})
	return gomod.Find(filepath.Join(dir, "m"), "off"), filepath.Join(dir, "mod")
}

// Without a network a private copy of a cache is worth while only where it has something to extract.
func TestServedBy(t *testing.T) {
	p, cache := project(t)
	need, certain := Of(p, Asked{}), Of(p, Asked{Modules: shim.Modules{Required: true}})
	for _, step := range []struct {
		name, remove  string
		need, certain bool
	}{
		{"all is there", "none", true, true},
		{"a zip file is to be extracted", "example.com/a@v1.0.0", false, false},
		{"nothing is to be extracted", base + ".zip", true, false},
		{"nothing is there", "cache", false, false},
	} {
		if err := os.RemoveAll(filepath.Join(cache, step.remove)); err != nil {
			t.Fatal(err)
		}
		if got := need.EnoughOffline(cache); got != step.need {
			t.Errorf("%s: %t", step.name, got)
		}
		if got := certain.EnoughOffline(cache); got != step.certain {
			t.Errorf("%s, and it is certainly needed: %t", step.name, got)
		}
	}
	if Of(p, Asked{Modules: shim.Modules{More: true}}).EnoughOffline(cache) {
		t.Error("what cannot be named is there")
	}
}

// The first to run a toolchain makes it executable. Before that it serves nobody else.
func TestToolchain(t *testing.T) {
	name := runtime.GOOS + "-" + runtime.GOARCH
	cache := t.TempDir()
	cachetest.Write(t, cache, map[string]string{
		"golang.org/toolchain@v0.0.1-go1.99.1." + name + "/bin/go":                    "",
		"cache/download/golang.org/toolchain/@v/v0.0.1-go1.99.1." + name + ".ziphash": cachetest.Hash,
	})
	need := Of(gomod.Project{}, Asked{Toolchain: "go1.99.1"})
	if need.CompleteIn(cache) && runtime.GOOS != "windows" {
		t.Error("it is not executable")
	}
	os.Chmod(filepath.Join(cache, "golang.org/toolchain@v0.0.1-go1.99.1."+name, "bin/go"), 0o755)
	if !need.CompleteIn(cache) {
		t.Error("it is executable")
	}
}

func TestVouched(t *testing.T) {
	p, _ := project(t)
	always, never := func(string) bool { return true }, func(string) bool { return false }
	if !Of(p, Asked{}).CoveredBySum(p.Sums(), always) {
		t.Error("go.sum names all")
	}
	other := Of(p, Asked{Modules: shim.Modules{Versions: []string{"example.com/b@v1.0.0"}}})
	if other.CoveredBySum(p.Sums(), always) || !other.CoveredBySum(p.Sums(), never) {
		t.Error("go.sum does not name what the command line names")
	}
	if Of(p, Asked{Modules: shim.Modules{More: true}}).CoveredBySum(p.Sums(), never) {
		t.Error("nobody can name what is needed")
	}
}

// paths are what an iterator of suspects yields, below the cache.
func paths(cache string, list iter.Seq[Suspect]) string {
	var words []string
	for s := range list {
		words = append(words, strings.TrimPrefix(s.Path, cache+"/"))
	}
	return strings.Join(words, " ")
}

func TestTorn(t *testing.T) {
	p, cache := project(t)
	whole := "not read" + "PK\x05\x06" + strings.Repeat("\x00", 18)
	for _, tt := range []struct{ mod, zip, want string }{
		{"module a", whole, ""},
		{"", whole, base + ".mod"},
		{"", "PK", base + ".mod " + base + ".zip"},
		{"module a", "PK", base + ".zip"},
	} {
		os.RemoveAll(filepath.Join(cache, "example.com"))
		cachetest.Write(t, cache, map[string]string{base + ".mod": tt.mod, base + ".zip": tt.zip})
		if got := sorted(paths(cache, Torn(p, Asked{}, cache, time.Minute))); got != tt.want {
			t.Errorf("%q, %q: %s, want %s", tt.mod, tt.zip, got, tt.want)
		}
	}
	cachetest.Write(t, cache, map[string]string{"example.com/a@v1.0.0/a.go": ""})
	if got := paths(cache, Torn(p, Asked{}, cache, time.Minute)); got != "" {
		t.Errorf("extracted, it needs no zip file: %s", got)
	}
}

func sorted(words string) string {
	list := strings.Fields(words)
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestLacking(t *testing.T) {
	p, cache := project(t)
	if got := paths(cache, Lacking(p, Asked{}, cache, time.Minute)); got != "" {
		t.Error(got)
	}
	os.Remove(filepath.Join(cache, base+".info"))
	const want = base + ".lock cache/download/example.com/a/@v example.com"
	if got := paths(cache, Lacking(p, Asked{}, cache, time.Minute)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for range Lacking(p, Asked{}, cache, -time.Minute) {
		return // the time is over after the first
	}
}

// Whatever a go.sum file says, what is needed has a place in a cache and nowhere else.
func FuzzSumLines(f *testing.F) {
	f.Add("a v1.0.0 h1:x\na v1.0.0/go.mod h1:y\n")
	f.Add("../../etc v1.0.0 h1:x\n/etc/passwd v1 h1:x\na ../b h1:x\n\x00 \x00 \x00\n")
	f.Add("a\u00a0b v1 h1:x\r\na\tv1.0.0\th1:x")
	f.Fuzz(func(t *testing.T, text string) {
		var list []Artifact
		index := make(map[module.Version]int)
		for v, sum := range gomod.SumLines(text) {
			if strings.ContainsAny(v.Path+v.Version+sum, " \t\r\n") || v.Path == "" || v.Version == "" || sum == "" {
				t.Fatalf("%q, %q, %q", v.Path, v.Version, sum)
			}
			list = merge(list, index, v, sum)
		}
		for i := range list {
			if a := &list[i]; a.Named() && !(filepath.IsLocal(a.File("")) && filepath.IsLocal(a.Dir())) {
				t.Fatalf("outside of the cache: %+v", a)
			}
		}
	})
}

// Whatever the go command prints, what is selected is a full version, and the highest of its module.
func FuzzHighest(f *testing.F) {
	f.Add("x a@v1.0.0\na@v1.0.0 b@v1.9.0\na@v1.0.0 b@v1.10.0\ngo@1.21 toolchain@go1.21\n@v1 @ @@\n")
	f.Fuzz(func(t *testing.T, graph string) {
		found := highest(graph)
		for path, version := range found {
			if !semver.IsValid(version) || !strings.Contains(graph, path+"@"+version) {
				t.Errorf("%q@%q", path, version)
			}
		}
		for word := range strings.FieldsSeq(graph) {
			path, version, _ := strings.Cut(word, "@")
			if semver.IsValid(version) && semver.Compare(found[path], version) < 0 {
				t.Errorf("%q@%q, and there is %q", path, found[path], version)
			}
		}
	})
}
