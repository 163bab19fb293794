package rights

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/proc"
)

// We may write to what we have made, and nobody knows it of a user whose SIDs are hidden.
func TestMayWrite(t *testing.T) {
	dir := t.TempDir()
	us, err := proc.IDsOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if !MayWrite(dir, us) || MayWrite(dir, proc.IDs{UID: -1}) || MayWrite(dir+`\missing`, us) {
		t.Errorf("us %t, hidden %t, missing %t", MayWrite(dir, us), MayWrite(dir, proc.IDs{UID: -1}),
			MayWrite(dir+`\missing`, us))
	}
}
