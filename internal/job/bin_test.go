package job

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/shim"
)

// installs returns the job of a go install with these variables, blank-separated, and the go in that tree.
func installs(environ, goroot string) *Job {
	vars := append(strings.Fields(environ), "GOENV=off")
	j := New(config.Config{}, shim.Go{GOROOT: goroot}, vars, []string{"install"})
	j.Plan = &envfix.Plan{GOPATH: envfix.Var{Value: j.Settings.Directory("GOPATH").Value}}
	return j
}

// Where go install puts binaries, and in which folder those of another system.
func TestBinDir(t *testing.T) {
	bin, host := filepath.Join("/p", "bin"), runtime.GOOS+"_"+runtime.GOARCH
	paths := "GOPATH=/p" + string(filepath.ListSeparator) + "/q "
	for environ, want := range map[string]string{
		"GOPATH=/p":                             bin + " " + host,
		paths:                                   bin + " " + host,
		paths + "GOBIN=/b":                      "/b " + host,
		paths + "GO111MODULE=off":               " " + host,
		paths + "GO111MODULE=auto GOBIN=/b":     "/b " + host,
		paths + "GO111MODULE=on GOOS=plan9":     bin + " plan9_" + runtime.GOARCH,
		"GOOS=windows GOARCH=386 GOBIN=b":       "b windows_386",
		"HOME= GOCACHE=/c GOMODCACHE=/m GOBIN=": " " + host,
	} {
		j := installs(environ, "")
		if got := j.BinDir() + " " + j.systemFolder(); got != want {
			t.Errorf("%s: %s, want %s", environ, got, want)
		}
	}
}

// The go command refuses to build for another system where GOBIN is set.
func TestMayCrossCompile(t *testing.T) {
	tree := t.TempDir()
	if err := os.MkdirAll(filepath.Join(tree, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		environ, goroot string
		want            bool
	}{
		{"", "", false},
		{"GOOS=" + runtime.GOOS, tree, false},
		{"GOARCH=" + runtime.GOARCH, tree, false},
		{"GOOS=plan9", tree, true},
		{"GOARCH=mips", tree, true},
		{"GOOS=" + runtime.GOOS, "", true},
		{"GOOS=" + runtime.GOOS, t.TempDir(), true},
	} {
		if got := installs(tt.environ, tt.goroot).MayCrossCompile(); got != tt.want {
			t.Errorf("%q with %q: %t", tt.environ, tt.goroot, got)
		}
	}
}
