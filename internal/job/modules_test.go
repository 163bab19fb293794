package job

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
)

// The test asks the go command itself for a module that exists nowhere, and looks whether it blames
// GOPROXY=off. It does not ask in cases where the go command would look elsewhere first.
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
		got := (&Job{Settings: envfix.ReadSettings(settings, "", nil)}).Offline()
		if got != tt.want {
			t.Errorf("%q: off: %t", settings, got)
		}
		elsewhere := tt.noproxy == "own.example" || tt.private != "" && tt.noproxy == ""
		if strings.HasPrefix(tt.proxy, "file:") || elsewhere {
			continue
		}
		cmd := exec.Command(realGo, "list", "-m", "-mod=mod", "none.example/m@v1.0.0")
		cmd.Dir = t.TempDir()
		cmd.Env = slices.Concat(os.Environ(), settings,
			[]string{"GOFLAGS=", "GOMODCACHE=" + cmd.Dir, "GOTOOLCHAIN=local"})
		out, err := cmd.CombinedOutput()
		if err == nil || strings.Contains(string(out), "disabled by GOPROXY=off") != tt.want {
			t.Errorf("%q: the go command says: %s", settings, out)
		}
	}
}
