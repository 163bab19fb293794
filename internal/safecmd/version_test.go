package safecmd

import (
	"runtime/debug"
	"strings"
	"testing"
)

// The line has the commit, if the build information has it anywhere.
func TestBuildOf(t *testing.T) {
	const revision = "adf880a1b2c3d4e5f60718293a4b5c6d7e8f9012"
	for _, tt := range []struct {
		version  string
		settings []debug.BuildSetting
		want     string
	}{
		{"v1.2.3", nil, "go-safe v1.2.3, built"},
		{"v0.0.0-20261129103233-adf880a1b2c3", nil, "go-safe v0.0.0-20261129103233-adf880a1b2c3, commit adf880a1b2c3, built"},
		{"v0.0.0-20261129103233-adf880a1b2c3+dirty", []debug.BuildSetting{
			{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: "true"},
		}, "go-safe v0.0.0-20261129103233-adf880a1b2c3+dirty, commit " + revision + " with changes, built"},
		{"(devel)", []debug.BuildSetting{
			{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: "false"},
		}, "go-safe (devel), commit " + revision + ", built"},
		{"(devel)", nil, "go-safe (devel), commit unknown, built"},
		{"", nil, "go-safe (devel), commit unknown, built"},
	} {
		info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: tt.version}, Settings: tt.settings}
		got := buildOf(info).String()
		if rest, ok := strings.CutPrefix(got, tt.want); !ok || !strings.HasPrefix(rest, " with go1.26.8 for ") {
			t.Errorf("%s: %s, want %s", tt.version, got, tt.want)
		}
	}
}
