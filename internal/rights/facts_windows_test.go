package rights

import (
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A directory of ours is ours, and what is not there will be.
func TestLookOwn(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "missing", "below")} {
		f := look(fsinfo.NewStatCache(), path)
		if !f.Readable || !f.Writable || f.Owner != ourselves || f.Exists != (path == dir) {
			t.Errorf("%s: %+v", path, f)
		}
		if p := f.policy(); p != Own && p != SharedACL {
			t.Errorf("%s: %s", path, p)
		}
	}
	if d, err := acl.DescriptorOfPath(dir); err != nil || !d.Open && (d.Owner == "" || len(d.List) == 0) {
		t.Errorf("%+v, %v", d, err)
	}
}
