package user

import (
	"runtime"
	"slices"
	"testing"
)

func TestMembersOf(t *testing.T) {
	passwd := linesOf([]byte("root:x:0:0::/root:/bin/sh\nann:x:1000:1000:::\nbob:x:1001:1001:::\ncid:x:1002:50:::\n"))
	group := linesOf([]byte("root:x:0:\nann:x:1000:\nbob:x:1001:bob,ann\n" +
		"devs:x:50:ann\nold:x:60:gone,bob\nnone:x:61:\n"))
	for gid, want := range map[int]membership{
		0:    {"root", []string{"root"}, []int{0}, nil},
		1000: {"ann", []string{"ann"}, []int{1000}, nil},
		1001: {"bob", []string{"ann", "bob"}, []int{1000, 1001}, nil},
		50:   {"devs", []string{"ann", "cid"}, []int{1000, 1002}, nil},
		60:   {"old", []string{"bob", "gone"}, []int{1001}, []string{"gone"}},
		61:   {group: "none"},
		77:   {},
	} {
		got := membersOf(passwd, group, gid)
		same := got.group == want.group && slices.Equal(got.names, want.names) && slices.Equal(got.uids, want.uids)
		if !same || !slices.Equal(got.lost, want.lost) {
			t.Errorf("group %d: %+v, want %+v", gid, got, want)
		}
	}
}

// The files of this machine have a group of root's that only root is in, and no group of the largest id.
func TestGroupsOfThisMachine(t *testing.T) {
	if name, _ := Group(0); name == "" {
		t.Skip("group 0 has no line in /etc/group")
	}
	if uids, known := Members(0); !known || !slices.Contains(uids, 0) {
		t.Errorf("group 0: %v, %t", uids, known)
	}
	if _, known := Members(1<<32 - 2); known {
		t.Error("a group without a line is known")
	}
	if _, is := PrivateGroup(1<<32 - 2); is {
		t.Error("a group without members is a user's own")
	}
	if gid, err := GroupID("50"); gid != 50 || err != nil {
		t.Errorf("%d, %v", gid, err)
	}
}

// The largest id means "no change" to chown(2), and must never be taken for a user.
func TestNumber(t *testing.T) {
	for s, ok := range map[string]bool{
		"0": true, "4294967294": true, "4294967295": false, "-1": false, "root": false, "": false,
	} {
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

func TestAccounts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("homes of /etc/passwd are no absolute paths there")
	}
	passwd := "root:x:0:0:root:/root:/bin/sh\nbroken:x:7\nrel:x:8:8::home:sh\n#c\nu:x:1000:100:,,,:/home/u:/bin/zsh\n"
	got := slices.Collect(accounts(linesOf([]byte(passwd))))
	want := []Account{
		{"root", 0, 0, "/root", "/bin/sh"}, {"rel", 8, 8, "", ""}, {"u", 1000, 100, "/home/u", "/bin/zsh"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
