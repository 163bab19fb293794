//go:build unix

package envfix

import (
	"os"
	"path/filepath"
	"testing"
)

// Root makes no .cache in the home of another user who has none yet, because that user could not use it. The same
// is true for every other missing folder on the way.
func TestPrivateInForeignHome(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	home := t.TempDir()
	if err := os.Chown(home, 4321, 4321); err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"go-safe", ".cache/go-safe", "a/b/c/go-safe"} {
		if err := makePrivate(filepath.Join(home, way)); err == nil {
			t.Errorf("%s was made", way)
		}
	}
	if list, err := os.ReadDir(home); err != nil || len(list) > 0 {
		t.Errorf("made: %v, %v", list, err)
	}
	if err := os.Chown(home, 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := makePrivate(filepath.Join(home, ".cache/go-safe")); err != nil {
		t.Error(err)
	}
}
