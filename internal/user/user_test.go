package user

import (
	"slices"
	"testing"
)

func TestMembers(t *testing.T) {
	passwd := linesOf([]byte("root:x:0:0::/root:/bin/sh\nann:x:1000:1000:::\nbob:x:1001:1001:::\ncid:x:1002:50:::\n"))
	group := linesOf([]byte("root:x:0:\nann:x:1000:\nbob:x:1001:ann,bob\ndevs:x:50:ann\nold:x:60:gone,bob\n"))
	for _, tt := range []struct {
		gid   int
		uids  []int
		names []string
		known bool
	}{
		{0, []int{0}, nil, true},
		{1000, []int{1000}, nil, true},
		{1001, []int{1000, 1001}, nil, true},
		{50, []int{1000, 1002}, nil, true},
		{60, []int{1001}, []string{"gone"}, true},
		{77, nil, nil, false},
	} {
		uids, names, known := membersOf(passwd, group, tt.gid)
		if !slices.Equal(uids, tt.uids) || !slices.Equal(names, tt.names) || known != tt.known {
			t.Errorf("group %d: %v, unknown %v, known %t", tt.gid, uids, names, known)
		}
	}
}

func TestGroup(t *testing.T) {
	passwd := linesOf([]byte("root:x:0:0::/root:/bin/sh\nann:x:1000:1000:::\nbob:x:1001:1001:::\ncid:x:1002:50:::\n"))
	group := linesOf([]byte("root:x:0:\nann:x:1000:\nbob:x:1001:bob,ann\ndevs:x:50:ann\nnone:x:60:\n"))
	for gid, want := range map[int][]string{
		0: {"root", "root"}, 1000: {"ann", "ann"}, 1001: {"bob", "ann", "bob"}, 50: {"devs", "ann", "cid"},
		60: {"none"}, 77: {""},
	} {
		if name, members := groupOf(passwd, group, gid); name != want[0] || !slices.Equal(members, want[1:]) {
			t.Errorf("group %d: %q %q, want %q", gid, name, members, want)
		}
	}
}

// The largest id means "no change" to chown(2), and must never be taken for a user.
func TestNumber(t *testing.T) {
	for s, ok := range map[string]bool{"0": true, "4294967294": true, "4294967295": false, "-1": false, "root": false, "": false} {
		if _, err := number(s); (err == nil) != ok {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzMembers(f *testing.F) {
	f.Add("a:x:1:1:::", "a:x:1:a,b", 1)
	f.Fuzz(func(t *testing.T, passwd, group string, gid int) {
		membersOf(linesOf([]byte(passwd)), linesOf([]byte(group)), gid)
	})
}
