package rights

import (
	"io/fs"
	"testing"
	"time"
)

// Every row of the table, in its order, for those who look at the directory: its owner, a member of its group, a stranger and
// root.
func TestPolicy(t *testing.T) {
	const owner, member, stranger, root, team = 1001, 1002, 1003, 0, 50
	byGroup := acl{{ownerTag, 7, noID}, {groupTag, 7, noID}, {otherTag, 5, noID}}
	masked := acl{{ownerTag, 7, noID}, {groupTag, 7, noID}, {namedTag, 7, team}, {maskTag, 5, noID}, {otherTag, 5, noID}}
	forMember := acl{{ownerTag, 7, noID}, {userTag, 7, member}, {groupTag, 5, noID}, {maskTag, 7, noID}, {otherTag, 5, noID}}
	narrow := acl{{ownerTag, 7, noID}, {groupTag, 5, noID}, {otherTag, 5, noID}}
	const setgid = fs.ModeSetgid
	for _, tt := range []struct {
		name   string
		mode   fs.FileMode
		list   acl
		change func(*facts)
		want   map[int]Policy
	}{
		{"missing, below a directory of the owner's", 0o755, nil, func(f *facts) { f.there = false; f.writable = f.uid == owner || f.uid == root },
			map[int]Policy{owner: Own, member: Unusable, root: ForOwner}},
		{"missing, below /tmp", 0o777 | fs.ModeSticky, nil, func(f *facts) { f.there, f.owner = false, root }, map[int]Policy{owner: Own, member: Own, root: Own}},
		{"unreadable", 0o700, nil, func(f *facts) { f.readable, f.writable = false, false }, map[int]Policy{member: Unusable}},
		{"private", 0o700, nil, nil, map[int]Policy{owner: Own, root: ForOwner}},
		{"as most are", 0o755, nil, nil, map[int]Policy{owner: Own, stranger: ReadOnly, root: ForOwner}},
		{"read-only mount", 0o755, nil, func(f *facts) { f.writable = false }, map[int]Policy{owner: ReadOnly, root: ReadOnly}},
		{"an owner without a number here", 0o755, nil, func(f *facts) { f.unmapped = true }, map[int]Policy{root: ReadOnly}},
		{"group-writable, as some systems make everything", 0o775, nil, nil, map[int]Policy{owner: Own, member: Open, stranger: ReadOnly, root: ForOwner}},
		{"setgid", 0o775 | setgid, nil, nil, map[int]Policy{owner: SharedSet, member: SharedSet, stranger: ReadOnly, root: SharedSet}},
		{"setgid, of a group that its owner is not in", 0o775 | setgid, nil, func(f *facts) { f.groups = nil }, map[int]Policy{owner: Own, root: SharedSet}},
		{"setgid, the group only reads", 0o755 | setgid, nil, nil, map[int]Policy{owner: Own, member: ReadOnly, root: ForOwner}},
		{"default ACL for the group, setgid", 0o775 | setgid, byGroup, nil, map[int]Policy{owner: SharedACL, member: SharedACL, stranger: ReadOnly, root: SharedACL}},
		{"default ACL for a group that new entries will not have", 0o775, byGroup, nil, map[int]Policy{owner: SharedACL, member: Open}},
		{"default ACL whose mask takes it back", 0o775 | setgid, masked, nil, map[int]Policy{owner: Own, member: Open, root: ForOwner}},
		{"default ACL for one user", 0o775, forMember, nil, map[int]Policy{owner: SharedACL, member: SharedACL, stranger: Open, root: SharedACL}},
		{"default ACL that keeps the group out", 0o775 | setgid, narrow, nil, map[int]Policy{owner: Own, member: Open, root: ForOwner}},
		{"world-writable", 0o777 | fs.ModeSticky, nil, nil, map[int]Policy{owner: Own, member: ReadOnly, stranger: ReadOnly, root: ReadOnly}},
		{"world-writable and setgid: others than the group may rename", 0o777 | setgid, nil, nil, map[int]Policy{owner: SharedSet, member: ReadOnly, root: ReadOnly}},
		{"world-writable with a default ACL", 0o777 | setgid, byGroup, nil, map[int]Policy{owner: SharedACL, member: ReadOnly, root: ReadOnly}},
		{"inheritable ACL of macOS or Windows for the group", 0o755, nil, func(f *facts) {
			f.lets, f.shares, f.writable = f.uid == member, true, f.uid != stranger
		}, map[int]Policy{owner: SharedACL, member: SharedACL, stranger: ReadOnly, root: SharedACL}},
		{"one that nothing inherits", 0o755, nil, func(f *facts) { f.writable = true }, map[int]Policy{owner: Own, member: Open, root: ForOwner}},
		{"one for everybody", 0o755, nil, func(f *facts) { f.everybody, f.writable = true, true }, map[int]Policy{owner: Own, member: ReadOnly, root: ReadOnly}},
	} {
		for uid, want := range tt.want {
			f := facts{there: true, readable: true, writable: true, owner: owner, group: team, mode: tt.mode, inherits: tt.list, uid: uid}
			if uid == member || uid == owner {
				f.groups = []int{7, team}
			}
			f.writable = uid != stranger || tt.mode&0o002 != 0 || tt.name == "default ACL for one user"
			if tt.mode&0o020 == 0 && uid == member {
				f.writable = false
			}
			if tt.change != nil {
				tt.change(&f)
			}
			if got := f.policy(); got != want {
				t.Errorf("%s, uid %d: %s, want %s", tt.name, uid, got, want)
			}
		}
	}
}

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
