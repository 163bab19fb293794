package envfix

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestParseEnvFile(t *testing.T) {
	file := "# comment\nGOFLAGS=-v=a=b\n\nnoassignment\nlower=1\nGOBIN=/a\nGOBIN=/b\nGOX=\nGOLAST=x"
	got := parseEnvFile([]byte(file))
	want := map[string]string{"GOFLAGS": "-v=a=b", "GOBIN": "/b", "GOX": "", "GOLAST": "x"}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzParseEnvFile(f *testing.F) {
	f.Add([]byte("GOFLAGS=-v\n=\nA\nB=\x00\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for key := range parseEnvFile(data) {
			if key == "" || key[0] < 'A' || key[0] > 'Z' {
				t.Errorf("key %q", key)
			}
		}
	})
}

// The order of cmd/go/internal/cfg.Getenv. An empty OS variable counts as unset; an empty value in the user's file
// hides the value in the tree.
func TestGet(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "env"), "A=file\nB=file\nC=\n")
	write(t, filepath.Join(dir, "root", "go.env"), "A=root\nB=root\nC=root\nD=root\n")
	environ := []string{"GOENV=" + filepath.Join(dir, "env"), "A=os", "A=second", "B="}
	s := ReadSettings(environ, filepath.Join(dir, "root"), nil)
	for name, want := range map[string]Setting{
		"A": {"os", FromEnviron}, "B": {"file", FromEnvFile}, "C": {"", FromEnvFile}, "D": {"root", FromGOROOT},
		"E": {"", FromDefault},
	} {
		if got := s.Get(name); got != want {
			t.Errorf("Get(%s) = %v, want %v", name, got, want)
		}
	}
	if !s.setEmpty("B") || s.setEmpty("A") || s.setEmpty("E") {
		t.Error("emptied is wrong")
	}
}

func TestEnvFile(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		want    string
	}{
		{[]string{"GOENV=off", "HOME=/h"}, ""},
		{[]string{"GOENV=/x/env", "HOME=/h"}, "/x/env"},
		{[]string{"HOME="}, ""},
	} {
		if got := ReadSettings(tt.environ, "", nil).EnvFile; got != tt.want {
			t.Errorf("%v: %q, want %q", tt.environ, got, tt.want)
		}
	}
}

func TestSetenv(t *testing.T) {
	in := []string{"A=1", "B=2", "A=3"}
	before := slices.Clone(in)
	for value, want := range map[string][]string{"": {"B=2"}, "x": {"B=2", "A=x"}} {
		if got := Setenv(in, "A", value); !slices.Equal(got, want) {
			t.Errorf("Setenv(%q) = %v, want %v", value, got, want)
		}
	}
	if !slices.Equal(in, before) {
		t.Errorf("argument changed to %v", in)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
