package safecmd

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/tree"
)

// A dry run lists what would be changed, and -v what was, by path. On Windows it prints each ACL as icacls /save does,
// seen from the folder above.
func TestListing(t *testing.T) {
	dir := filepath.Join(string(filepath.Separator), "srv", "gomod")
	want := "gomod\nD:AI\n" + filepath.Join(dir, "a") + ": mode\n" +
		filepath.Join("gomod", "cache") + "\nD:PAI(A;;FA;;;SY)\n"
	for _, dry := range []bool{true, false} {
		o, flags := &tree.Options{Dry: dry}, flagSet{}
		if !dry {
			flags["--v"] = ""
		}
		print := listing(dir, o, flags)
		o.Tell(tree.Change{Path: filepath.Join(dir, "cache"), What: "ACL", Was: "D:PAI(A;;FA;;;SY)"})
		o.Tell(tree.Change{Path: dir, What: "ACL", Was: "D:AI"})
		o.Tell(tree.Change{Path: filepath.Join(dir, "a"), What: "mode"})
		var b strings.Builder
		print(&b)
		if b.String() != want {
			t.Errorf("dry run %t: %q, want %q", dry, b.String(), want)
		}
	}
	var b strings.Builder
	o := &tree.Options{}
	listing(dir, o, flagSet{})(&b)
	if o.Tell != nil || b.Len() > 0 {
		t.Errorf("without a flag: %q", b.String())
	}
}
