package gomod

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/modcache/cachetest"
)

// The rules of https://go.dev/doc/toolchain#select.
func TestToolchain(t *testing.T) {
	for _, tt := range []struct {
		mod, setting, want string
	}{
		{"go 1.21", "", ""},
		{"go 1.99", "", ""},
		{"go 1.99", "auto", "go1.99.0"},
		{"go 1.99rc1", "auto", "go1.99rc1"},
		{"go 1.99.2", "auto", "go1.99.2"},
		{"go 1.99", "path", ""},
		{"go 1.99", "local", ""},
		{"go 1.99", "local+auto", "go1.99.0"},
		{"go 1.99", "local+path", ""},
		{"go 1.21\ntoolchain go1.99.1", "auto", "go1.99.1"},
		{"go 1.99.3\ntoolchain go1.99.1", "auto", "go1.99.3"},
		{"go 1.21\ntoolchain go1.22.1", "auto", ""},
		{"go 1.21\ntoolchain default", "auto", ""},
		{"go 1.21", "go1.25.0", "go1.25.0"},
		{"go 1.21", "go1.26.3", ""},
		{"go 1.21", "go1.25.0+auto", "go1.25.0"},
		{"go 1.99.1", "go1.25.0+auto", "go1.99.1"},
		{"go 1.99.1", "go1.25.0+path", ""},
		{"not a go.mod", "auto", ""},
	} {
		dir := t.TempDir()
		cachetest.Write(t, dir, map[string]string{"go.mod": "module m\n" + tt.mod + "\n"})
		if got := Find(dir, "off").Toolchain("go1.26.3", tt.setting); got != tt.want {
			t.Errorf("%q with GOTOOLCHAIN=%s: %q, want %q", tt.mod, tt.setting, got, tt.want)
		}
	}
	if got := Find(t.TempDir(), "off").Toolchain("", "go1.25.0"); got != "" {
		t.Errorf("a go command of unknown version runs %q", got)
	}
}

func TestToolchainOfWorkspace(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{"go.work": "go 1.30.1\nuse ./a\n", "a/go.mod": "module a\n"})
	if got := Find(filepath.Join(dir, "a"), "").Toolchain("go1.26.0", "auto"); got != "go1.30.1" {
		t.Errorf("the go line of go.work gives %q", got)
	}
	if got := Find(filepath.Join(dir, "a"), "off").Toolchain("go1.26.0", "auto"); got != "" {
		t.Errorf("go.work counts though it is off: %q", got)
	}
}

// The rules of cmd/go/internal/modload.setDefaultBuildMod.
func TestVendored(t *testing.T) {
	for _, tt := range []struct {
		name          string
		goLine, notes string // of go.mod, and the first line of vendor/modules.txt
		work          bool   // there is a go.work file
		want          bool
	}{
		{"a module's", "go 1.21", "# example.com/a v1.0.0", false, true},
		{"a module's, in a workspace", "go 1.21", "# example.com/a v1.0.0", true, false},
		{"a workspace's", "go 1.22", "## workspace", true, true},
		{"a workspace's, for a module", "go 1.22", "## workspace", false, false},
		{"a workspace's, with more notes", "go 1.22", "## x; workspace", true, true},
		{"of an old module", "go 1.13", "# example.com/a v1.0.0", false, false},
		{"without a go line", "", "# example.com/a v1.0.0", false, false},
	} {
		dir := t.TempDir()
		files := map[string]string{"go.mod": "module m\n" + tt.goLine + "\n", "vendor/modules.txt": tt.notes + "\n"}
		if tt.work {
			files["go.work"] = tt.goLine + "\nuse .\n"
		}
		cachetest.Write(t, dir, files)
		if got := Find(dir, "").Vendored; got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestRequirements(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{
		"go.work":  "go 1.21\nuse (\n./x\n./y\n)\n",
		"x/go.mod": "module x\nrequire (\na v1.0.0\nb v1.0.0\ny v1.0.0\n)\nreplace (\na => c v1.1.0\nb => ../b\n)\n",
		"y/go.mod": "not one",
	})
	mains, requires := Find(dir, "").Requirements()
	if got := fmt.Sprint(mains, requires); got != "[x] [c@v1.1.0 y@v1.0.0]" {
		t.Error(got)
	}
}

// The flag -modfile replaces go.mod and go.sum of a module, and nothing else.
func TestUsing(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{"go.mod": "module m\n", "x.mod": "module m\ngo 1.22\n"})
	p := Find(dir, "off").Using(filepath.Join(dir, "x.mod"))
	if p.GoLine != "go1.22" || p.SumFiles[0] != filepath.Join(dir, "x.sum") {
		t.Errorf("%+v", p)
	}
	if p := (Project{}).Using("x.mod"); p.SumFiles != nil {
		t.Errorf("without a module: %+v", p)
	}
}

func TestTree(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{
		"go.mod": "module m\ngo 1.25\nignore (\n./top\nany/where\n)\n", "sub/x.go": "",
	})
	tree := FindTree(filepath.Join(dir, "sub"))
	for name, want := range map[string]bool{
		"top": true, "sub/top": false, "any/where": true, "sub/any/where": true, "where": false,
	} {
		if got := tree.Ignores(filepath.Join(dir, name)); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if none := FindTree(t.TempDir()); none.Dir != "" || none.Ignores(dir) {
		t.Errorf("%+v", none)
	}
}

func TestGeneratesVersion(t *testing.T) {
	for src, want := range map[string]bool{
		"//go:generate go run example.com/tool@v1.0.0 x\n":            true,
		"package x\n\n//go:generate -command t go run a.b/t@latest\n": true,
		"package x\n\n//go:generate go run ./tool\n":                  false,
		"package x\n\n// @go:generate\n// go run a.b/t@latest\n":      false,
	} {
		dir := t.TempDir()
		cachetest.Write(t, dir, map[string]string{
			"go.mod": "module m\n", "sub/x.go": src, "testdata/x.go": "//go:generate a@b\n",
		})
		if got := Find(dir, "off").GeneratesVersion(); got != want {
			t.Errorf("%q: %t", src, got)
		}
	}
}
