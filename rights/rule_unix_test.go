//go:build unix

package rights

import (
	"io/fs"
	"testing"
	"time"
)

// What an own cache of 2777 gives: others could write before; nobody is given more.
func TestOthersNeverWrite(t *testing.T) {
	r := ruleOf(facts{mode: 0o777 | fs.ModeSetgid, uid: 1001, owner: 1001, group: 50}, SharedSet)
	e := entry{mode: 0o666, uid: 1001, gid: 50, links: 1}
	if w := r.want(e, e, downloadZone, "list"); w.mode != 0o664 {
		t.Errorf("mode %o", w.mode)
	}
}

// What is made in a shared cache without ACLs under an umask of 077, and what the group gets: modules stay read-only, and programs of
// toolchains can be run.
func TestWantShared(t *testing.T) {
	r := ruleOf(facts{mode: 0o775 | fs.ModeSetgid, uid: 1001, owner: 1001, group: 50}, SharedSet)
	for _, tt := range []struct {
		name       string
		zone       zone
		mode, want fs.FileMode
	}{
		{"v1.0.0.lock", downloadZone, 0o600, 0o664},
		{"v1.0.0.zip", downloadZone, 0o400, 0o444},
		{"go.mod", moduleZone, 0o400, 0o444},
		{"go", moduleZone, 0o511, 0o555},
		{"deep", moduleZone, fs.ModeDir | 0o500, fs.ModeDir | fs.ModeSetgid | 0o555},
		{"@v", downloadZone, fs.ModeDir | 0o700, fs.ModeDir | fs.ModeSetgid | 0o775},
		{"00", buildZone, fs.ModeDir | 0o700, fs.ModeDir | fs.ModeSetgid | 0o775},
	} {
		e := entry{mode: tt.mode, uid: 1001, gid: 1001, links: 1}
		if w := r.want(e, e, tt.zone, tt.name); w.mode != tt.want || w.gid != 50 || w.uid != 1001 {
			t.Errorf("%s: mode %v, group %d, want %v", tt.name, w.mode, w.gid, tt.want)
		}
	}
	r.uid, r.since = 0, time.Unix(1, 0)
	roots, users := entry{mode: 0o600, links: 1}, entry{uid: 1001, gid: 50}
	if w := r.want(roots, users, downloadZone, "list"); w.uid != 0 || w.mode != 0o664 || r.refuses(roots, w) != "" {
		t.Errorf("root's file without a birth time: uid %d, mode %v", w.uid, w.mode)
	}
	roots.born = r.since
	if w := r.want(roots, users, downloadZone, "list"); w.uid != 1001 || w.mode != 0o664 {
		t.Errorf("root's file: uid %d, mode %v", w.uid, w.mode)
	}
	r.uid = 1001
	foreign := entry{mode: 0o600, uid: 1002, gid: 50, links: 1}
	if w := r.want(foreign, foreign, downloadZone, "list"); !w.same(foreign) {
		t.Errorf("another user's file: mode %v", w.mode)
	}
}

// Files and directories in a cache are to have what the kernel gives them when they are made, whatever their modes.
func TestWantMac(t *testing.T) {
	group, _ := parseUUID(macGroup)
	f := facts{there: true, readable: true, writable: true, mode: 0o700, uid: 1001, owner: 1001, group: 20, shares: true,
		entries: append(macOf(t, homeACL), sharedMac(nil, group)...)}
	if p := f.policy(); p != SharedACL {
		t.Fatal(p)
	}
	r := ruleOf(f, SharedACL)
	e := entry{mode: 0o600, uid: 1001, gid: 20, links: 1}
	w := r.want(e, e, buildZone, "a")
	if w.mode != e.mode || w.gid != e.gid || w.access != nil || len(w.entries) != 1 || w.entries[0].flags != macInherited {
		t.Errorf("file: %+v", w)
	}
	e.mode |= fs.ModeDir | 0o100
	w = r.want(e, e, buildZone, "00")
	if w.mode != e.mode || len(w.entries) != 1 || w.entries[0].flags != macInherited|macFileInherit|macDirInherit {
		t.Errorf("directory: %+v", w)
	}
	if e.uid = 1002; r.want(e, e, buildZone, "00").entries != nil {
		t.Error("another user's directory")
	}
}
