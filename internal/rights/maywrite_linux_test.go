package rights

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/proc"
)

// Who may write to a directory, by its owner, its mode and its ACL.
func TestMayWrite(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const owner, member, named, stranger, group, other = 1001, 1002, 1003, 1004, 50, 51
	forNamed := acl.POSIX{
		{Tag: acl.UserObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.User, Perm: 7, ID: named},
		{Tag: acl.GroupObj, Perm: 5, ID: acl.NoID},
		{Tag: acl.Mask, Perm: 7, ID: acl.NoID},
		{Tag: acl.Other, Perm: 5, ID: acl.NoID},
	}
	forOther := acl.POSIX{
		{Tag: acl.UserObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.GroupObj, Perm: 5, ID: acl.NoID},
		{Tag: acl.Group, Perm: 7, ID: other},
		{Tag: acl.Mask, Perm: 7, ID: acl.NoID},
		{Tag: acl.Other, Perm: 5, ID: acl.NoID},
	}
	masked := acl.POSIX{
		{Tag: acl.UserObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.User, Perm: 7, ID: named},
		{Tag: acl.GroupObj, Perm: 7, ID: acl.NoID},
		{Tag: acl.Mask, Perm: 5, ID: acl.NoID},
		{Tag: acl.Other, Perm: 5, ID: acl.NoID},
	}
	type user struct {
		uid    int
		groups []int
	}
	users := map[string]user{
		"root": {0, nil}, "owner": {owner, nil}, "member": {member, []int{7, group}}, "named": {named, []int{7}},
		"other member": {stranger, []int{other}}, "stranger": {stranger, []int{7}},
	}
	for _, tt := range []struct {
		name string
		mode os.FileMode
		list acl.POSIX
		may  []string
	}{
		{"for reading", 0o755, nil, nil},
		{"for its group", 0o775, nil, []string{"member"}},
		{"for its group, without the right to look entries up", 0o765, nil, nil},
		{"for all", 0o777, nil, []string{"member", "named", "other member", "stranger"}},
		{"an ACL for one user", 0o775, forNamed, []string{"named"}},
		{"an ACL for another group", 0o775, forOther, []string{"other member"}},
		{"an ACL whose mask takes it back", 0o755, masked, nil},
	} {
		dir := t.TempDir()
		if err := os.Chmod(dir, tt.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, owner, group); err != nil {
			t.Fatal(err)
		}
		if tt.list != nil {
			f, err := os.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			err = acl.Set(int(f.Fd()), acl.Access, tt.list)
			f.Close()
			if err != nil {
				t.Skipf("no ACLs here: %v", err)
			}
		}
		may := map[string]bool{"root": true, "owner": true}
		for _, name := range tt.may {
			may[name] = true
		}
		for name, u := range users {
			if got := MayWrite(dir, proc.IDs{UID: u.uid, Groups: u.groups}); got != may[name] {
				t.Errorf("%s: %s: %t", tt.name, name, got)
			}
		}
	}
}
