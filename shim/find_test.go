package shim

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// The bytes are found at every position, also across the end of the buffer.
func TestContains(t *testing.T) {
	want := []byte("needle")
	for _, before := range []int{0, 1, 64<<10 - 7, 64<<10 - 3, 64 << 10, 128<<10 - 2} {
		hay := strings.Repeat("n", before) + "needle" + "end"
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(hay),
			"bytes": iotest.HalfReader(strings.NewReader(hay)),
		} {
			if !containsBytes(r, want) {
				t.Errorf("%s: not found behind %d bytes", name, before)
			}
		}
	}
	for _, hay := range []string{"", "needl", strings.Repeat("needl", 50000)} {
		if containsBytes(bytes.NewReader([]byte(hay)), want) {
			t.Errorf("found in %d bytes without it", len(hay))
		}
	}
}
