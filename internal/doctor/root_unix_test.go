//go:build unix

package doctor

import (
	"os"
	"testing"
)

// Root's --fix runs nothing in a directory that others decide about.
func TestSafeForRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	p := newPlace(t)
	ours, theirs := p.mkdir("ours", 0o755), p.mkdir("theirs", 0o755)
	if err := os.Chown(theirs, 4321, 4321); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]bool{
		ours: true, ours + "/none/none": true, theirs: false, theirs + "/none": false,
	} {
		f := Finding{Advice: "true", Fix: true, fixDir: dir}.safeForRoot()
		if f.Fix != want || len(f.Details) > 0 == want {
			t.Errorf("%s: %+v", dir, f)
		}
	}
}
