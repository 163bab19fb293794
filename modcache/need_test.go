package modcache

import (
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestHeldBy(t *testing.T) {
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	write(t, dir, map[string]string{
		"m/go.mod":   "module m\n",
		"m/go.sum":   "example.com/Upper v1.0.0 h1:x=\nexample.com/Upper v1.0.0/go.mod h1:y=\nexample.com/b v2.0.0+incompatible/go.mod h1:z=\nno line\n../x v1.0.0 h1:x=\n",
		"m/sub/x.go": "package x\n",
	})
	need := Find(filepath.Join(dir, "m", "sub"), "off").Need(Asked{})
	for _, step := range []struct{ file, text string }{
		{"cache/example.com/!upper@v1.0.0/x.go", "x"},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.ziphash", ""},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.ziphash", testSum},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.mod", "x"},
		{"cache/cache/download/example.com/!upper/@v/v1.0.0.info", "x"},
		{"cache/cache/download/example.com/b/@v/v2.0.0+incompatible.mod", ""},
		{"cache/cache/download/example.com/b/@v/v2.0.0+incompatible.mod", "x"},
	} {
		if need.HeldBy(cache) {
			t.Fatalf("complete without %s", step.file)
		}
		write(t, dir, map[string]string{step.file: step.text})
	}
	if !need.HeldBy(cache) {
		t.Fatal("not complete with everything that go.sum names")
	}
	write(t, dir, map[string]string{"cache/cache/download/example.com/!upper/@v/v1.0.0.partial": ""})
	if need.HeldBy(cache) {
		t.Error("complete with a module that is half extracted")
	}
	if !Find(dir, "off").Need(Asked{}).HeldBy("/nonexistent") {
		t.Error("without a module something is missing")
	}
	if Find(dir, "off").Need(Asked{More: true}).HeldBy(cache) {
		t.Error("what cannot be named is there")
	}
}

const testSum = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

// asks are the parts of a need in words.
func asks(n Need) string {
	var words []string
	for _, p := range n.parts {
		word := p.Path + "@" + p.Version.Version
		if !p.mod {
			word += " without go.mod"
		}
		if !p.tree {
			word += " go.mod"
		}
		if p.sum != "" {
			word += " " + p.sum
		}
		words = append(words, word)
	}
	slices.Sort(words)
	if n.perhaps() {
		words = append(words, "perhaps")
	}
	return strings.Join(words, ", ")
}

func TestNeed(t *testing.T) {
	const mod = "module m\n\ngo 1.21\n\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		asked Asked
		want  string
	}{
		{"nothing", map[string]string{"go.mod": mod}, Asked{}, ""},
		{"sums", map[string]string{"go.mod": mod, "go.sum": "a v1.0.0 h1:x\na v1.0.0/go.mod h1:y\nb v1.0.0/go.mod h1:z\n"}, Asked{}, "a@v1.0.0 h1:x, b@v1.0.0 go.mod"},
		{"two sums", map[string]string{"go.mod": mod, "go.sum": "a v1.0.0 h1:x\na v1.0.0 h1:y\n"}, Asked{}, "a@v1.0.0 without go.mod"},
		{"edited sums", map[string]string{"go.mod": mod, "go.sum": "a v1.0.0 h1:x\nb v1.0.0/go.mod h1:z\na v1.0.0/go.mod h1:y\n\na b c d\n"}, Asked{}, "a@v1.0.0 h1:x, b@v1.0.0 go.mod"},
		{"vendor", map[string]string{"go.mod": mod, "go.sum": "a v1.0.0 h1:x\n", "vendor/modules.txt": ""}, Asked{}, ""},
		{"vendor passed over", map[string]string{"go.mod": mod, "go.sum": "a v1.0.0 h1:x\n", "vendor/modules.txt": ""}, Asked{NoVendor: true}, "a@v1.0.0 without go.mod h1:x"},
		{"vendor of old", map[string]string{"go.mod": "module m\ngo 1.13\n", "go.sum": "a v1.0.0 h1:x\n", "vendor/modules.txt": ""}, Asked{}, "a@v1.0.0 without go.mod h1:x"},
		{"required", map[string]string{"go.mod": mod + "require a v1.0.0\n", "go.sum": "a v1.0.0/go.mod h1:y\n"}, Asked{Required: true}, "a@v1.0.0"},
		{"required, replaced", map[string]string{"go.mod": mod + "require a v1.0.0\nreplace a => ../a\nreplace b => c v1.0.0\nrequire b v1.0.0\n", "go.sum": "c v1.0.0/go.mod h1:y\n"}, Asked{Required: true}, "c@v1.0.0"},
		{"required, no sum", map[string]string{"go.mod": mod + "require a v1.0.0\n"}, Asked{Required: true}, "perhaps"},
		{"version", map[string]string{"go.mod": mod}, Asked{Versions: []string{"a@v1.0.0"}}, "a@v1.0.0"},
		{"modfile", map[string]string{"go.mod": mod, "go.sum": "a v1.0.0 h1:x\n", "x.mod": mod, "x.sum": "b v1.0.0 h1:x\n"}, Asked{}, "b@v1.0.0 without go.mod h1:x"},
		{"workspace", map[string]string{
			"go.mod": mod, "go.sum": "a v1.0.0 h1:x\n", "go.work": "go 1.21\nuse (\n.\n./n\n)\n", "go.work.sum": "c v1.0.0/go.mod h1:x\n",
			"n/go.mod": "module n\n", "n/go.sum": "a v1.0.0/go.mod h1:y\nm v1.0.0 h1:x\n",
		}, Asked{}, "a@v1.0.0 h1:x, c@v1.0.0 go.mod"},
	} {
		dir := t.TempDir()
		write(t, dir, tt.files)
		p := Find(dir, "")
		if tt.name == "modfile" {
			p = p.Using(filepath.Join(dir, "x.mod"))
		}
		if got := asks(p.Need(tt.asked)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// What no required module provides has to be looked for.
func TestImports(t *testing.T) {
	files := map[string]string{
		"m/go.mod": "module example.com/m\ngo 1.21\nrequire (\nexample.com/a v1.0.0\nexample.com/local v1.0.0\n)\nreplace example.com/local => ../local\n",
		"m/go.sum": "example.com/a v1.0.0 h1:x=\n",
		"cache/cache/download/example.com/a/@v/v1.0.0.info":    "x",
		"cache/cache/download/example.com/a/@v/v1.0.0.ziphash": testSum,
		"cache/example.com/a@v1.0.0/sub/a.go":                  "package a",
		"local/x/x.go":                                         "package x",
		"m/sub/sub.go":                                         "package sub",
		"m/testdata/x.go":                                      `package x; import "example.com/none"`,
		"m/nested/go.mod":                                      "module nested",
		"m/nested/x.go":                                        `package x; import "example.com/none"`,
	}
	for imports, want := range map[string]bool{
		`import "fmt"`:                    true,
		`import "C"`:                      true,
		`import "example.com/m/sub"`:      true,
		`import "example.com/m/none"`:     false,
		`import "example.com/a"`:          true,
		`import "example.com/a/sub"`:      true,
		`import "example.com/a/none"`:     false,
		`import "example.com/ab"`:         false,
		`import "example.com/local/x"`:    true,
		`import "example.com/local/none"`: false,
		`import "example.com/none`:        true, // the go command will say
	} {
		dir := t.TempDir()
		files["m/m_windows_test.go"] = "package m\n" + imports
		write(t, dir, files)
		got := Find(filepath.Join(dir, "m"), "off").Need(Asked{Imports: true}).HeldBy(filepath.Join(dir, "cache"))
		if got != want {
			t.Errorf("%s: %t, want %t", imports, got, want)
		}
	}
	dir := t.TempDir()
	files["m/go.mod"] += "require example.com/new v1.0.0\n"
	delete(files, "m/m_windows_test.go")
	write(t, dir, files)
	if Find(filepath.Join(dir, "m"), "off").Need(Asked{Imports: true}).HeldBy(filepath.Join(dir, "cache")) {
		t.Error("a requirement that go.sum does not name is there")
	}
}

// Whatever is in a go.sum file, what is asked has a place in a cache and nowhere else.
func FuzzSumLines(f *testing.F) {
	f.Add("a v1.0.0 h1:x\na v1.0.0/go.mod h1:y\n")
	f.Add("../../etc v1.0.0 h1:x\n/etc/passwd v1 h1:x\na ../b h1:x\n\x00 \x00 \x00\n")
	f.Add("a\u00a0b v1 h1:x\r\na\tv1.0.0\th1:x")
	f.Fuzz(func(t *testing.T, text string) {
		var parts []part
		for v, sum := range sumLines(text) {
			if strings.ContainsAny(v.Path+v.Version+sum, " \t\r\n") || v.Path == "" || v.Version == "" || sum == "" {
				t.Fatalf("%q, %q, %q", v.Path, v.Version, sum)
			}
			parts = append(parts, part{Version: v})
		}
		for i := range parts {
			if p := &parts[i]; p.escape() && !(filepath.IsLocal(store{}.file(p, "")) && filepath.IsLocal(store{}.tree(p))) {
				t.Fatalf("outside of the cache: %s", fmt.Sprint(p.dir, " ", p.base))
			}
		}
	})
}

// The imports are those that go/parser finds, in whatever it takes for Go.
func FuzzImports(f *testing.F) {
	f.Add([]byte("//go:build x\n\n// Package x.\npackage x\nimport \"C\"\nimport (\n\ta \"b\"; . `c` // \"no\"\n)\nvar s = \"d\"\n"))
	f.Add([]byte("package x\nimport (\"a\"\nfunc x() { print(`b`) }"))
	f.Fuzz(func(t *testing.T, src []byte) {
		got := slices.Collect(imports(src))
		file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
		if err != nil {
			return
		}
		var want []string
		for _, spec := range file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			want = append(want, path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
