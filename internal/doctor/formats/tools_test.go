package formats

import (
	"slices"
	"strings"
	"testing"
)

const twoTools = "/b/gopls: go1.26.3\n\tpath\texample.com/gopls\n\tmod\texample.com/x\tv0.20.0\th1:x=\n" +
	"\tdep\tx\tv1\n/b/c: d: go1.20 X:y\n"

func FuzzParseTools(f *testing.F) {
	f.Add(twoTools)
	f.Add("\tpath\n\tmod\t\n: go1\n")
	f.Fuzz(func(t *testing.T, out string) {
		for _, tool := range ParseTools(out) {
			if !strings.HasPrefix(tool.GoVersion, "go1") || strings.Contains(tool.GoVersion, " ") {
				t.Errorf("%q: %+v", out, tool)
			}
		}
	})
}

func TestParseTools(t *testing.T) {
	got := ParseTools(twoTools)
	want := []Tool{
		{"/b/gopls", "go1.26.3", "example.com/gopls", "v0.20.0"},
		{"/b/c: d", "go1.20", "", ""},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if !got[0].Installable() || got[1].Installable() {
		t.Errorf("%+v", got)
	}
	for _, bad := range []Tool{
		{Path: "-toolexec=x", Version: "v1.0.0"},
		{Path: "example.com/$(id)", Version: "v1.0.0"},
		{Path: "example.com/x", Version: "v1.0.0;id"},
		{Path: "example.com/x", Version: "(devel)"},
		{Path: "example.com/x", Version: "v1.0.0+dirty"},
	} {
		if bad.Installable() {
			t.Errorf("%+v", bad)
		}
	}
}
