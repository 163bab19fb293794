package say

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		width   int
		head    string
		columns int
		text    string
		want    string
	}{
		{0, "why: ", 5, "a line that nobody breaks", "why: a line that nobody breaks\n"},
		{12, "why: ", 5, "it is too long", "why: it is\n  too long\n"},
		{12, "\x1b[1mwhy\x1b[0m: ", 5, "it is so", "\x1b[1mwhy\x1b[0m: it is\n  so\n"},
		{12, "why: ", 5, "/a/path/without/blanks is", "why:\n  /a/path/without/blanks\n  is\n"},
		{12, "", 0, "/a/path/without/blanks", "/a/path/without/blanks\n"},
		{12, "", 0, "", "\n"},
	} {
		var b strings.Builder
		if err := Wrap(&b, tt.width, tt.head, tt.columns, tt.text, 2); err != nil || b.String() != tt.want {
			t.Errorf("%q in %d: %q, %v, want %q", tt.text, tt.width, b.String(), err, tt.want)
		}
	}
}
