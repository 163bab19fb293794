package doctor

import (
	"testing"

	"github.com/go-safe/go-safe/internal/shell"
)

// A Go before 1.25 does not see the limit of a container.
func TestCPUs(t *testing.T) {
	for _, tt := range []struct {
		version   string
		some, all int
		advice    string
	}{
		{"go1.24.9", 2, 16, shell.Set("GOMAXPROCS", "2")},
		{"go1.24.9", 16, 16, ""},
		{"go1.25.0", 2, 16, ""},
		{"go1.26rc1", 2, 16, ""},
		{"", 2, 16, ""}, // a development version
	} {
		if got := cpusFinding(tt.version, tt.some, tt.all); got.Advice != tt.advice || got.Status == OK != (tt.advice == "") {
			t.Errorf("%s, %d of %d: %+v", tt.version, tt.some, tt.all, got)
		}
	}
}
