package job

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/shim"
)

// The binaries of packages have the names that the go command gives them, however the command line names the packages.
func TestBinaries(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{
		"m/go.mod": "module example.com/prog\n", "m/main.go": "", "m/sub/a/a.go": "", "m/sub/b/b.go": "",
	})
	if os.Geteuid() == 0 { // patterns matter only in a directory of another user
		if err := os.Chown(filepath.Join(dir, "m", "sub"), 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	sub := filepath.Join(dir, "m", "sub")
	for line, want := range map[string][]string{
		"build":                              {"sub"},
		"build .":                            {"sub"},
		"build ..":                           {"prog"},
		"build ../":                          {"prog"},
		"build ./a":                          {"a"},
		"build a/a.go":                       {"a"},
		"build example.com/other/v2":         {"other"},
		"build " + filepath.Join(dir, "m"):   {"prog"},
		"build " + filepath.Join(sub, "b"):   {"b"},
		"build -o ./ ./...":                  {"a", "b"},
		"build -o ./ " + sub + "/...":        {"a", "b"},
		"build -o ./ ../...":                 {"prog", "a", "b"},
		"build -o x " + sub + "/...":         {"x"},
		"test -c " + filepath.Join(dir, "m"): {"prog.test"},
	} {
		j := New(config.Config{}, shim.Go{}, []string{"GOENV=off"}, append([]string{"-C", sub}, strings.Fields(line)...))
		got := j.binaries(j.Line.Outputs())
		if os.Geteuid() != 0 && strings.Contains(line, "/...") && !strings.Contains(line, "-o x") {
			want = nil
		}
		for _, name := range want {
			if !slices.Contains(got, name) {
				t.Errorf("go %s: %q lacks %s", line, got, name)
			}
		}
	}
}
