package shim

import (
	"strings"
	"testing"
)

func TestStamps(t *testing.T) {
	for _, tt := range []struct {
		line, goflags string
		want          bool
	}{
		{"build", "", true},
		{"-C d install ./...", "", true},
		{"list -export .", "", true},
		{"build -n", "", true},
		{"test .", "", false},
		{"run .", "", false},
		{"version -m x", "", false},
		{"env", "-buildvcs=true", false},
		{"build -buildvcs=false", "", false},
		{"build -buildvcs=0", "", false},
		{"build -buildvcs", "-buildvcs=false", true},
		{"build -buildvcs=auto", "-buildvcs=false", true},
		{"build", "-v -buildvcs=false", false},
		{"build", `"-buildvcs=false"`, false},
		{"test -buildvcs .", "", true},
		{"test -buildvcs=true -buildvcs=auto .", "", false},
		{"run . -buildvcs", "", false},
		{"vet", "-buildvcs=true", true},
	} {
		if got := Parse(strings.Fields(tt.line), tt.goflags).Stamped != nil; got != tt.want {
			t.Errorf("%s, GOFLAGS=%s: %t", tt.line, tt.goflags, got)
		}
	}
}
