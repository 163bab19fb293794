package safecmd

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/tree"
)

// A dry run lists what would be changed, by path. On Windows it prints each ACL as icacls /save does, seen from the
// folder above.
func TestListing(t *testing.T) {
	dir := filepath.Join(string(filepath.Separator), "srv", "gomod")
	o := &tree.Options{Dry: true}
	print := listing(dir, o)
	o.Tell(tree.Change{Path: filepath.Join(dir, "cache"), What: "ACL", Was: "D:PAI(A;;FA;;;SY)"})
	o.Tell(tree.Change{Path: dir, What: "ACL", Was: "D:AI"})
	o.Tell(tree.Change{Path: filepath.Join(dir, "a"), What: "mode"})
	var b strings.Builder
	print(&b)
	want := "gomod\nD:AI\n" + filepath.Join(dir, "a") + ": mode\n" +
		filepath.Join("gomod", "cache") + "\nD:PAI(A;;FA;;;SY)\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	o = &tree.Options{}
	listing(dir, o)(&b)
	if o.Tell != nil || b.String() != want {
		t.Errorf("without a dry run: %q", b.String())
	}
}
