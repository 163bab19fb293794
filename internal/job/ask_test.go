package job

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/shim"
)

// holds reports what Job.Holds says of a command in the folder w of dir, where mod is the module cache.
func holds(t *testing.T, dir string, args ...string) bool {
	t.Helper()
	realGo, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	environ := slices.Concat(os.Environ(), []string{
		"GOPROXY=file:///none", "GOSUMDB=off", "GOFLAGS= ", "GOENV=off", "GOTOOLCHAIN=local", "GO111MODULE=", "GOWORK=",
	})
	args = append([]string{"-C", filepath.Join(dir, "w")}, args...)
	return New(config.Config{}, shim.Go{Path: realGo}, environ, args).Holds(filepath.Join(dir, "mod"))
}

// cached are the files of a version in a module cache, extracted.
func cached(module, version, requires, source string) map[string]string {
	base := "mod/cache/download/example.com/" + module + "/@v/" + version
	return map[string]string{
		base + ".info": `{"Version":"` + version + `"}`, base + ".ziphash": cachetest.Hash,
		base + ".mod": modFile(module, requires),
		"mod/example.com/" + module + "@" + version + "/" + module + ".go": "package " + module + "\n" + source,
	}
}

func modFile(module, requires string) string {
	return "module example.com/" + module + "\n\ngo 1.21\n" + requires
}

// sums are the lines of go.sum for a version.
func sums(module, version, requires string) string {
	v := "example.com/" + module + " " + version
	return v + " " + cachetest.Hash + "\n" + v + "/go.mod " + modcache.HashMod([]byte(modFile(module, requires))) + "\n"
}

// Together the modules of a workspace need a@v1.1.0, which no go.sum names.
func TestHoldsWorkspace(t *testing.T) {
	const a0, a1 = "\nrequire example.com/a v1.0.0\n", "\nrequire example.com/a v1.1.0\n"
	for name, tt := range map[string]struct {
		without string
		change  map[string]string
		want    bool
	}{
		"all is there":        {want: true},
		"not its files":       {without: "mod/example.com/a@v1.1.0/a.go"},
		"not its go.mod file": {without: "mod/cache/download/example.com/a/@v/v1.1.0.mod"},
		"each needs it alone": {change: map[string]string{
			"w/x/go.mod": modFile("x", a1), "w/x/go.sum": sums("a", "v1.1.0", "")}, want: true},
	} {
		dir := t.TempDir()
		files := map[string]string{
			"w/go.work":  "go 1.22\nuse (\n./x\n./y\n)\n",
			"w/x/go.mod": modFile("x", a0), "w/x/go.sum": sums("a", "v1.0.0", ""),
			"w/y/go.mod": modFile("y", "\nrequire example.com/b v1.0.0\n"), "w/y/go.sum": sums("b", "v1.0.0", a1),
		}
		maps.Copy(files, cached("a", "v1.0.0", "", ""))
		maps.Copy(files, cached("a", "v1.1.0", "", ""))
		maps.Copy(files, cached("b", "v1.0.0", a1, ""))
		maps.Copy(files, tt.change)
		delete(files, tt.without)
		cachetest.Write(t, dir, files)
		if tt.without != "" {
			os.Remove(filepath.Dir(filepath.Join(dir, tt.without))) // if it is empty
		}
		if got := holds(t, dir, "build", "./..."); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
		if _, err := os.Stat(filepath.Join(dir, "w", "go.work.sum")); err == nil {
			t.Errorf("%s: the question wrote go.work.sum", name)
		}
	}
}

// What looks up modules for imports needs them all in the cache.
func TestHoldsImports(t *testing.T) {
	const require = "\nrequire example.com/a v1.0.0\n"
	for source, want := range map[string]bool{
		"import _ \"example.com/a\"\n":                           true,
		"import _ \"example.com/a\"\nimport _ \"example.com/z\"": false,
	} {
		dir := t.TempDir()
		files := cached("a", "v1.0.0", "", "")
		files["w/go.mod"], files["w/go.sum"] = modFile("m", require), sums("a", "v1.0.0", "")
		files["w/m.go"] = "package m\n" + source
		cachetest.Write(t, dir, files)
		for _, args := range []string{"mod tidy", "mod tidy -e", "build -mod=mod ./...", "list -mod=mod -deps ./..."} {
			if got := holds(t, dir, strings.Fields(args)...); got != want {
				t.Errorf("%s, %q: %t", args, source, got)
			}
		}
		if data, _ := os.ReadFile(filepath.Join(dir, "w", "go.mod")); string(data) != files["w/go.mod"] {
			t.Errorf("the question wrote go.mod: %s", data)
		}
	}
}
