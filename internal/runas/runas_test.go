package runas

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/user"
)

// TestParse reads users as --user names them. The numbers have no entry in /etc/passwd.
func TestParse(t *testing.T) {
	root, ok := user.Lookup(0)
	if !ok {
		t.Skip("root has no entry in /etc/passwd")
	}
	for value, want := range map[string]User{
		"43501":                {UID: 43501, GID: 43501},
		"43501:43502":          {UID: 43501, GID: 43502},
		root.Name:              {UID: 0, GID: root.GID, Home: root.Home},
		root.Name + ":43502":   {UID: 0, GID: 43502, Home: root.Home},
		"43501:" + groupOf0(t): {UID: 43501, GID: 0},
	} {
		got, err := Parse(value, ".")
		if err != nil || got.UID != want.UID || got.GID != want.GID || got.Home != want.Home {
			t.Errorf("%s: %+v, %v, want %+v", value, got, err, want)
		}
	}
	for _, value := range []string{
		"", ":", ":1", "1:", "1:2:3", "no such user", "-1", "4294967295", "4294967296", "1:-1",
	} {
		if u, err := Parse(value, "."); err == nil || !strings.HasPrefix(err.Error(), "--user "+value+": ") {
			t.Errorf("%q: %+v, %v", value, u, err)
		}
	}
}

func groupOf0(t *testing.T) string {
	name, _ := user.Group(0)
	if name == "" {
		t.Skip("the group 0 has no name")
	}
	return name
}

// TestOwner finds the owner of a directory. A group that has a name needs the owner as its member.
func TestOwner(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("users have no numbers there")
	}
	dir := t.TempDir()
	if u, err := Parse("owner", dir); err != nil || u.UID != os.Geteuid() {
		t.Errorf("%+v, %v", u, err)
	}
	if _, err := Parse("owner", dir+"/missing"); err == nil {
		t.Error("a missing directory has an owner")
	}
	if os.Geteuid() != 0 {
		t.Skip("the rest needs root")
	}
	daemon, ok := user.Lookup(1)
	if name, _ := user.Group(daemon.GID); !ok || name == "" {
		t.Skip("the uid 1 has no entry in /etc/passwd, or its group none in /etc/group")
	}
	for _, ids := range [][3]int{
		{43501, 43502, 43502}, {43501, 0, 43501}, {43501, daemon.GID, 43501}, {daemon.UID, 0, daemon.GID}, {0, 0, 0},
	} {
		if err := os.Chown(dir, ids[0], ids[1]); err != nil {
			t.Fatal(err)
		}
		if u, err := Parse("owner", dir); err != nil || u.UID != ids[0] || u.GID != ids[2] {
			t.Errorf("%v: %+v, %v", ids, u, err)
		}
	}
}

// Only root becomes somebody else. That root does, the scripts entry_user show.
func TestBecome(t *testing.T) {
	self := User{UID: os.Geteuid(), GID: os.Getegid()}
	if err := self.Become(); err != nil {
		t.Error(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("needs an ordinary user")
	}
	for _, u := range []User{{UID: 0}, {UID: self.UID + 1, GID: self.GID}, {UID: self.UID, GID: self.GID + 1}} {
		if err := u.Become(); err == nil {
			t.Errorf("became %+v", u)
		}
	}
}
