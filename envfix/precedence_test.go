package envfix

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/shell"
)

// Where a value comes from, for each set of places that name one. The test asks the go command itself, too.
func TestPrecedence(t *testing.T) {
	realGo, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOBIN", "GOTMPDIR", "GOPROXY"}
	value := func(place, name string) string {
		if name == "GOFLAGS" {
			return "-tags=" + place
		}
		return filepath.Join(dir, place, name)
	}
	assign := func(place string) (lines []string) {
		for _, name := range names {
			lines = append(lines, name+"="+value(place, name))
		}
		return lines
	}
	origins := map[string]Origin{"env": FromEnviron, "file": FromEnvFile, "tree": FromGOROOT}
	for places := range 8 {
		root := t.TempDir()
		envFile := filepath.Join(root, "env")
		environ := []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(dir, "home"), "GOENV=" + envFile,
			"USERPROFILE=" + filepath.Join(dir, "home"), "LOCALAPPDATA=" + filepath.Join(dir, "local"),
			"GOROOT=" + root, "GOTOOLCHAIN=local", "GO_TELEMETRY_CHILD=2", // no counters, which are written afterwards
		}
		from := "" // the first of the places
		if places&1 != 0 {
			write(t, filepath.Join(root, "go.env"), strings.Join(assign("tree"), "\n"))
			from = "tree"
		}
		if places&2 != 0 {
			write(t, envFile, strings.Join(assign("file"), "\n"))
			from = "file"
		}
		if places&4 != 0 {
			environ = append(environ, assign("env")...)
			from = "env"
		}
		cmd := exec.Command(realGo, append([]string{"env", "-json"}, names...)...)
		cmd.Env = environ
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go env: %v: %s", err, err.(*exec.ExitError).Stderr)
		}
		goSays := make(map[string]string)
		if err := json.Unmarshal(out, &goSays); err != nil {
			t.Fatal(err)
		}
		s := ReadSettings(environ, root, nil)
		for _, name := range names {
			got := s.Directory(name)
			if got.Value != goSays[name] {
				t.Errorf("%s from %q: %q, and the go command says %q", name, from, got.Value, goSays[name])
			}
			if want := origins[from]; from != "" && (got.Origin != want || got.Value != value(from, name)) {
				t.Errorf("%s from %q: %+v, want %s", name, from, got, want)
			} else if from == "" && got.Origin != FromDefault {
				t.Errorf("%s without a value: %+v", name, got)
			}
		}
	}
}

// The value that was chosen, and how to take the choice back.
func TestUndo(t *testing.T) {
	for _, tt := range []struct {
		s    Setting
		want string
	}{
		{Setting{"/c", FromEnviron}, shell.Unset("GOCACHE")},
		{Setting{"/c", FromEnvFile}, shell.Self + " env -u GOCACHE"},
		{Setting{"/c", FromGOROOT}, ""},
		{Setting{"/c", FromDefault}, ""},
		{Setting{"", FromEnvFile}, ""},
	} {
		if got := tt.s.Undo("GOCACHE"); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.s, got, tt.want)
		}
	}
}

// The folders of settings are those of package os.
func TestConfigDir(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	compare := func(what string) {
		t.Helper()
		s := ReadSettings(os.Environ(), "", nil)
		config, _ := os.UserConfigDir()
		cache, _ := os.UserCacheDir()
		want := ""
		if config != "" {
			want = filepath.Join(config, "go")
		}
		if got := s.ConfigDir(); got != want {
			t.Errorf("%s: settings %q, want %q", what, got, want)
		}
		if got := s.CacheDir(); got != cache {
			t.Errorf("%s: cache %q, want %q", what, got, cache)
		}
	}
	compare("no home")
	t.Setenv("HOME", filepath.Join(t.TempDir(), "home"))
	compare("a home")
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(t.TempDir(), "config"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	compare("XDG")
	t.Setenv("XDG_CONFIG_HOME", "relative")
	t.Setenv("XDG_CACHE_HOME", "relative")
	compare("relative")
}

// A pipe can be read only once, and the go command has to read it.
func TestEnvFilePipe(t *testing.T) {
	s := ReadSettings([]string{"HOME=/h", "GOENV=" + os.DevNull}, "", nil)
	if got := s.EnvFileVars(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	file := filepath.Join(t.TempDir(), "env")
	write(t, file, "GOFLAGS=-v\n")
	s = ReadSettings([]string{"HOME=/h", "GOENV=" + file}, "", nil)
	s.EnvFileVars()["GOFLAGS"] = "changed"
	if got := s.EnvFileVars()["GOFLAGS"]; got != "-v" {
		t.Errorf("the caller changed the settings: %q", got)
	}
}
