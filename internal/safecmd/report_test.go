package safecmd

import (
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/tree"
)

// After a command only what was left is told, unless the user wants each decision.
func TestTellRepair(t *testing.T) {
	changed := tree.Report{Seen: 9, Changed: tree.Counts{tree.Owners: 2}}
	left := tree.Report{Left: []tree.Left{{Why: "a link", Count: 3, First: "/c/x"}}}
	for _, tt := range []struct {
		report  *tree.Report
		verbose bool
		want    string
	}{
		{new(tree.Report), true, ""},
		{&changed, false, ""},
		{&changed, true, "go-safe: repair: changed: 2 owners, among 9 entries\n"},
		{&left, false, "go-safe: left as they are: 3 (a link), such as /c/x; run: " + say.UnderSudo() + " safe fix\n"},
	} {
		var b strings.Builder
		TellRepair(tt.report, tt.verbose, say.Printer{W: &b, Environ: []string{"PATH=/nowhere"}})
		if b.String() != tt.want {
			t.Errorf("%q, want %q", b.String(), tt.want)
		}
	}
}
