//go:build unix

package tree

import (
	"io/fs"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
)

// sharedRule is the rule of a cache with this mode and setgid, for its owner.
func sharedRule(mode fs.FileMode) Rule {
	f := rights.Facts{Mode: mode | fs.ModeSetgid, UID: 1001, Owner: 1001, Group: 50}
	return RuleOf(rights.Cache{Policy: rights.SharedSet, Facts: f})
}

// What an own cache of 2777 gives: others could write before; nobody is given more.
func TestOthersNeverWrite(t *testing.T) {
	r := sharedRule(0o777)
	e := Entry{Mode: 0o666, UID: 1001, GID: 50, Links: 1}
	if w := r.target(e, e, layout.Download, "list"); w.mode != 0o664 {
		t.Errorf("mode %o", w.mode)
	}
}

// What is made in a shared cache without ACLs under an umask of 077, and what the group gets: modules stay
// read-only, and programs of toolchains can be run.
func TestWantShared(t *testing.T) {
	r := sharedRule(0o775)
	for _, tt := range []struct {
		name       string
		area       layout.Area
		mode, want fs.FileMode
	}{
		{"v1.0.0.lock", layout.Download, 0o600, 0o664},
		{"v1.0.0.zip", layout.Download, 0o400, 0o444},
		{"go.mod", layout.Module, 0o400, 0o444},
		{"go", layout.Module, 0o511, 0o555},
		{"deep", layout.Module, fs.ModeDir | 0o500, fs.ModeDir | fs.ModeSetgid | 0o555},
		{"@v", layout.Download, fs.ModeDir | 0o700, fs.ModeDir | fs.ModeSetgid | 0o775},
		{"00", layout.Build, fs.ModeDir | 0o700, fs.ModeDir | fs.ModeSetgid | 0o775},
	} {
		e := Entry{Mode: tt.mode, UID: 1001, GID: 1001, Links: 1}
		if w := r.target(e, e, tt.area, tt.name); w.mode != tt.want || w.gid != 50 || w.uid != 1001 {
			t.Errorf("%s: mode %v, group %d, want %v", tt.name, w.mode, w.gid, tt.want)
		}
	}
	r.UID, r.Since = 0, time.Unix(1, 0)
	roots, users := Entry{Mode: 0o600, Links: 1}, Entry{UID: 1001, GID: 50}
	w := r.target(roots, users, layout.Download, "list")
	if w.uid != 0 || w.mode != 0o664 || r.refuses(roots, w) != "" {
		t.Errorf("root's file without a birth time: uid %d, mode %v", w.uid, w.mode)
	}
	roots.Born = r.Since
	if w := r.target(roots, users, layout.Download, "list"); w.uid != 1001 || w.mode != 0o664 {
		t.Errorf("root's file: uid %d, mode %v", w.uid, w.mode)
	}
	r.UID = 1001
	foreign := Entry{Mode: 0o600, UID: 1002, GID: 50, Links: 1}
	if w := r.target(foreign, foreign, layout.Download, "list"); !w.same(foreign) {
		t.Errorf("another user's file: mode %v", w.mode)
	}
}
