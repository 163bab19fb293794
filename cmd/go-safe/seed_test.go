package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
)

// The go command itself is asked for a module that is nowhere, and says whether GOPROXY=off is why it does not look. It is
// not asked where it would look elsewhere first.
func TestProxyOff(t *testing.T) {
	realGo, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct {
		proxy, private, noproxy string
		want                    bool
	}{
		{proxy: "off", want: true},
		{proxy: " off", want: true},
		{proxy: "off\t", want: true},
		{proxy: ",off", want: true},
		{proxy: "|, off|file:///none", want: true},
		{proxy: "file:///none,off"},
		{proxy: "file:///none|off"},
		{proxy: "file:///none"},
		{proxy: "OFF"},
		{proxy: "offline"},
		{proxy: ","},
		{proxy: " "},
		{proxy: "off", noproxy: "none", want: true},
		{proxy: "off", private: "own.example", noproxy: "none", want: true},
		{proxy: "off", private: "own.example"},
		{proxy: "off", noproxy: "own.example"},
	} {
		settings := []string{"GOPROXY=" + tt.proxy, "GOPRIVATE=" + tt.private, "GONOPROXY=" + tt.noproxy, "GOENV=off"}
		got := proxyOff(envfix.ReadSettings(settings, ""))
		if got != tt.want {
			t.Errorf("%q: off: %t", settings, got)
		}
		if strings.HasPrefix(tt.proxy, "file:") || tt.noproxy == "own.example" || tt.private != "" && tt.noproxy == "" {
			continue
		}
		cmd := exec.Command(realGo, "list", "-m", "-mod=mod", "none.example/m@v1.0.0")
		cmd.Dir = t.TempDir()
		cmd.Env = slices.Concat(os.Environ(), settings, []string{"GOFLAGS=", "GOMODCACHE=" + cmd.Dir, "GOTOOLCHAIN=local"})
		out, err := cmd.CombinedOutput()
		if err == nil || strings.Contains(string(out), "disabled by GOPROXY=off") != tt.want {
			t.Errorf("%q: the go command says: %s", settings, out)
		}
	}
}

// These are the answers of useSumDB in cmd/go/internal/modfetch.
func TestAsksSumDB(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		path    string
		want    bool
	}{
		{nil, "example.com/a", true},
		{[]string{"GOSUMDB=off"}, "example.com/a", false},
		{[]string{"GOSUMDB=off"}, "golang.org/toolchain", true},
		{[]string{"GOPRIVATE=example.com/a"}, "example.com/a/v2", false},
		{[]string{"GOPRIVATE=example.com/a"}, "example.com/b", true},
		{[]string{"GOPRIVATE=example.com/a", "GONOSUMDB=none"}, "example.com/a", true},
		{[]string{"GONOSUMDB=*.com"}, "example.com/a", false},
		{[]string{"GOPROXY=file:///proxy"}, "example.com/a", true},
		{[]string{"GOPROXY=file:///proxy"}, "golang.org/toolchain", false},
		{[]string{"GOPROXY=file:///proxy,direct"}, "golang.org/toolchain", true},
	} {
		environ := append(tt.environ, "HOME=/nonexistent")
		if got := asksSumDB(envfix.ReadSettings(environ, ""), tt.path); got != tt.want {
			t.Errorf("%q, %s: %t", tt.environ, tt.path, got)
		}
	}
}
