package rights

import (
	"io/fs"
	"testing"

	"github.com/go-safe/go-safe/internal/acl"
)

// Every row of the table, in its order, for those who look at the directory: its owner, a member of its group, a
// stranger and root.
func TestPolicy(t *testing.T) {
	const owner, member, stranger, root, team = 1001, 1002, 1003, 0, 50
	byGroup := acl.POSIX{
		{Tag: acl.UserObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.GroupObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.Other, Perm: 5, ID: acl.NoID},
	}
	masked := acl.POSIX{
		{Tag: acl.UserObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.GroupObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.Group, Perm: 7, ID: team},
		{Tag: acl.Mask, Perm: 5, ID: acl.NoID},
		{Tag: acl.Other, Perm: 5, ID: acl.NoID},
	}
	forMember := acl.POSIX{
		{Tag: acl.UserObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.User, Perm: 7, ID: member},
		{Tag: acl.GroupObj, Perm: 5, ID: acl.NoID},
		{Tag: acl.Mask, Perm: 7, ID: acl.NoID},
		{Tag: acl.Other, Perm: 5, ID: acl.NoID},
	}
	narrow := acl.POSIX{
		{Tag: acl.UserObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.GroupObj, Perm: 5, ID: acl.NoID},
		{Tag: acl.Other, Perm: 5, ID: acl.NoID},
	}
	const setgid = fs.ModeSetgid
	for _, tt := range []struct {
		name   string
		mode   fs.FileMode
		list   acl.POSIX
		change func(*Facts)
		want   map[int]Policy
	}{
		{"missing, below a directory of the owner's", 0o755, nil, func(f *Facts) {
			f.Exists, f.Writable = false, f.UID == owner || f.UID == root
		}, map[int]Policy{owner: Own, member: Unusable, root: ForOwner}},
		{"missing, below /tmp", 0o777 | fs.ModeSticky, nil, func(f *Facts) { f.Exists, f.Owner = false, root },
			map[int]Policy{owner: Own, member: Own, root: Own}},
		{"unreadable", 0o700, nil, func(f *Facts) { f.Readable, f.Writable = false, false },
			map[int]Policy{member: Unusable}},
		{"private", 0o700, nil, nil, map[int]Policy{owner: Own, root: ForOwner}},
		{"as most are", 0o755, nil, nil, map[int]Policy{owner: Own, stranger: ReadOnly, root: ForOwner}},
		{"read-only mount", 0o755, nil, func(f *Facts) { f.Writable = false },
			map[int]Policy{owner: ReadOnly, root: ReadOnly}},
		{"an owner without a number here", 0o755, nil, func(f *Facts) { f.Unmapped = true },
			map[int]Policy{root: ReadOnly}},
		{"group-writable, as some systems make everything", 0o775, nil, nil,
			map[int]Policy{owner: Own, member: Open, stranger: ReadOnly, root: ForOwner}},
		{"setgid", 0o775 | setgid, nil, nil,
			map[int]Policy{owner: SharedSet, member: SharedSet, stranger: ReadOnly, root: SharedSet}},
		{"setgid, of a group that its owner is not in", 0o775 | setgid, nil, func(f *Facts) { f.Groups = nil },
			map[int]Policy{owner: Own, root: SharedSet}},
		{"setgid, the group only reads", 0o755 | setgid, nil, nil,
			map[int]Policy{owner: Own, member: ReadOnly, root: ForOwner}},
		{"default ACL for the group, setgid", 0o775 | setgid, byGroup, nil,
			map[int]Policy{owner: SharedACL, member: SharedACL, stranger: ReadOnly, root: SharedACL}},
		{"default ACL for a group that new entries will not have", 0o775, byGroup, nil,
			map[int]Policy{owner: SharedACL, member: Open}},
		{"default ACL whose mask takes it back", 0o775 | setgid, masked, nil,
			map[int]Policy{owner: Own, member: Open, root: ForOwner}},
		{"default ACL for one user", 0o775, forMember, nil,
			map[int]Policy{owner: SharedACL, member: SharedACL, stranger: Open, root: SharedACL}},
		{"default ACL that keeps the group out", 0o775 | setgid, narrow, nil,
			map[int]Policy{owner: Own, member: Open, root: ForOwner}},
		{"world-writable", 0o777 | fs.ModeSticky, nil, nil,
			map[int]Policy{owner: Own, member: Open, stranger: Open, root: ForOwner}},
		{"world-writable and setgid", 0o777 | setgid, nil, nil,
			map[int]Policy{owner: SharedSet, member: SharedSet, stranger: Open, root: SharedSet}},
		{"world-writable with a default ACL", 0o777 | setgid, byGroup, nil,
			map[int]Policy{owner: SharedACL, member: SharedACL, root: SharedACL}},
		{"inheritable ACL of Windows for the group", 0o755, nil, func(f *Facts) {
			f.letsUs, f.letsOthers, f.Writable = f.UID == member, true, f.UID != stranger
		}, map[int]Policy{owner: SharedACL, member: SharedACL, stranger: ReadOnly, root: SharedACL}},
		{"one that nothing inherits", 0o755, nil, func(f *Facts) { f.Writable = true },
			map[int]Policy{owner: Own, member: Open, root: ForOwner}},
	} {
		for uid, want := range tt.want {
			f := Facts{Exists: true, Readable: true, Writable: true, UID: uid}
			f.Owner, f.Group, f.Mode, f.Default = owner, team, tt.mode, tt.list
			if uid == member || uid == owner {
				f.Groups = []int{7, team}
			}
			f.Writable = uid != stranger || tt.mode&0o002 != 0 || tt.name == "default ACL for one user"
			if tt.mode&0o020 == 0 && uid == member {
				f.Writable = false
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

// Whose directory it is that a user was to find something in without asking for it.
func TestStranger(t *testing.T) {
	const owner, member, stranger, root, team = 1001, 1002, 1003, 0, 50
	for _, tt := range []struct {
		name     string
		owner    int
		mode     fs.FileMode
		unmapped bool
		want     map[int]int
	}{
		{"ours, whatever its mode", owner, 0o777, false, map[int]int{owner: -1}},
		{"root's", root, 0o777, false, map[int]int{owner: -1, root: -1}},
		{"another's", owner, 0o755, false, map[int]int{stranger: owner, root: owner}},
		{"another's, and open to all", owner, 0o777, false, map[int]int{member: owner, stranger: owner, root: owner}},
		{"another's, writable for our group", owner, 0o775, false, map[int]int{member: owner}},
		{"shared with our group", owner, 0o775 | fs.ModeSetgid, false,
			map[int]int{member: -1, stranger: owner, root: owner}},
		{"that of a user without a number here", owner, 0o777, true, map[int]int{stranger: -1, root: -1}},
	} {
		for uid, want := range tt.want {
			f := Facts{Exists: true, Readable: true, Unmapped: tt.unmapped, UID: uid}
			f.Owner, f.Group, f.Mode = tt.owner, team, tt.mode
			f.Writable = uid == root || tt.mode&0o002 != 0 || uid == member && tt.mode&0o020 != 0
			if uid == member {
				f.Groups = []int{team}
			}
			if got := (Cache{Policy: f.policy(), Facts: f}).UntrustedOwner(); got != want {
				t.Errorf("%s, uid %d: %d, want %d", tt.name, uid, got, want)
			}
		}
	}
}
