package testscripts

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// publishModules makes two module proxies of files, proxy and otherproxy. Both have example.com/a, example.com/b,
// which needs a, and example.com/tool. In the second proxy the same version of a has other content.
func (s *suite) publishModules(t *testing.T) {
	for proxy, word := range map[string]string{"proxy": "right", "otherproxy": "wrong"} {
		dir := filepath.Join(s.root, proxy)
		publish(t, dir, module.Version{Path: "example.com/a", Version: "v1.0.0"}, map[string]string{
			"go.mod":     "module example.com/a\n\ngo 1.21\n",
			"a.go":       "package a\n\nconst Word = \"" + word + "\"\n",
			"sub/sub.go": "package sub\n",
		})
		publish(t, dir, module.Version{Path: "example.com/b", Version: "v1.0.0"}, map[string]string{
			"go.mod": "module example.com/b\n\ngo 1.21\n\nrequire example.com/a v1.0.0\n",
			"b.go":   "package b\n\nimport \"example.com/a\"\n\nconst Word = a.Word\n",
		})
		publish(t, dir, module.Version{Path: "example.com/tool", Version: "v1.0.0"}, map[string]string{
			"go.mod":  "module example.com/tool\n\ngo 1.21\n",
			"tool.go": "package main\n\nfunc main() {}\n",
		})
		if err := shareTree(dir); err != nil {
			t.Fatal(err)
		}
	}
}

// publish puts a module on a proxy (https://go.dev/ref/mod#goproxy-protocol).
func publish(t testing.TB, proxy string, mod module.Version, files map[string]string) {
	t.Helper()
	src, at := t.TempDir(), filepath.Join(proxy, mod.Path, "@v")
	texts := map[string]string{
		filepath.Join(at, "list"):              mod.Version + "\n",
		filepath.Join(at, mod.Version+".info"): `{"Version":"` + mod.Version + `"}`,
		filepath.Join(at, mod.Version+".mod"):  files["go.mod"],
	}
	for name, text := range files {
		texts[filepath.Join(src, name)] = text
	}
	for name, text := range texts {
		if err := makeDir(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(at, mod.Version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := modzip.CreateFromDir(f, mod, src); err != nil {
		t.Fatal(err)
	}
}
