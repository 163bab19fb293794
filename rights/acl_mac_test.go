package rights

import (
	"slices"
	"strings"
	"testing"
)

// What acl_to_text(3) of macOS printed.
const (
	// A folder of a home.
	homeACL = "!#acl 1\ngroup:ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C:everyone:12:deny:delete\n"
	// After chmod +a "everyone allow list,search,add_file,add_subdirectory,delete_child,file_inherit,directory_inherit".
	openACL = "!#acl 1\ngroup:ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C:everyone:12:allow,file_inherit,directory_inherit:" +
		"read,write,execute,append,delete_child\n"
	// Of /private/tmp, for a monitoring agent.
	agentACL = "!#acl 1\nuser:94868CB2-91D3-4420-8743-D81FCEBE47A8:_dd-agent:450:allow,file_inherit,directory_inherit:" +
		"read,execute,readattr,readextattr,readsecurity\n"
)

const (
	macOwner = "FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5"
	macGroup = "ABCDEFAB-CDEF-ABCD-EFAB-CDEF00000014"
)

func macOf(t testing.TB, text string) macACL {
	t.Helper()
	l, err := parseMac(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestParseMac(t *testing.T) {
	everyone, _ := parseUUID(macEveryone)
	for text, want := range map[string]macEntry{
		homeACL: {kind: "group", uuid: everyone, deny: true, perms: macDelete},
		openACL: {kind: "group", uuid: everyone, flags: macFileInherit | macDirInherit, perms: macRead | macWrite | macExecute | macAppend | 1<<5},
	} {
		if l := macOf(t, text); !slices.Equal(l, macACL{want}) {
			t.Errorf("%s%+v", text, l)
		}
	}
	if l := macOf(t, "!#acl 1 defer_inherit,no_inherit\n"+strings.TrimPrefix(agentACL, "!#acl 1\n")+"user:"+macOwner+":::allow\n"); len(l) != 2 || l[1].perms != 0 {
		t.Errorf("%+v", l)
	}
	for _, bad := range []string{"", "!#acl 2\n", "!#acl 1\n\n", homeACL + "x\n", strings.Replace(homeACL, "deny", "maybe", 1),
		strings.Replace(homeACL, ":delete", ":fly", 1), strings.Replace(homeACL, "deny", "deny,always", 1), strings.Replace(homeACL, "-EFAB-", "-EFA-B", 1),
		strings.Replace(homeACL, "group", "mask", 1)} {
		if l, err := parseMac(bad); err == nil {
			t.Errorf("%q: %+v", bad, l)
		}
	}
}

func TestMacShares(t *testing.T) {
	group, _ := parseUUID(macGroup)
	shared := sharedMac(nil, group)
	for _, tt := range []struct {
		name                    string
		list                    macACL
		lets, shares, everybody bool
	}{
		{"none", nil, false, false, false},
		{"home", macOf(t, homeACL), false, false, false},
		{"open to everybody", macOf(t, openACL), false, false, true},
		{"for an agent that reads", macOf(t, agentACL), false, false, false},
		{"by go safe share", shared, true, true, false},
		{"by it, and denied to everybody before", append(macOf(t, strings.Replace(homeACL, ":delete", ":write", 1)), shared...), false, false, false},
	} {
		l := tt.list.named()
		lets, shares := l.lets(macGroup, macEveryone), l.shares([]string{macOwner}, macEveryone)
		everybody := tt.list.aces().adds([]string{macEveryone})
		if lets != tt.lets || shares != tt.shares || everybody != tt.everybody {
			t.Errorf("%s: lets %t, shares %t, everybody %t", tt.name, lets, shares, everybody)
		}
	}
}

// Whom the ACL named before keeps his rights, and sharing twice is sharing once.
func TestSharedMac(t *testing.T) {
	group, _ := parseUUID(macGroup)
	l := sharedMac(append(macOf(t, homeACL), macOf(t, agentACL)...), group)
	if len(l) != 3 || !l[0].deny || l[1].uuid != group || l[1].perms&macDelete != 0 {
		t.Errorf("%+v", l)
	}
	if again := sharedMac(l, group); !slices.Equal(again, l) {
		t.Errorf("%+v, want %+v", again, l)
	}
	if text := "group:" + macGroup + ":::allow,file_inherit,directory_inherit:" +
		"read,write,execute,append,delete_child,readattr,writeattr,readextattr,writeextattr,readsecurity\n"; !strings.Contains(l.text(), text) {
		t.Errorf("%s", l.text())
	}
}

// kauth_acl_inherit.
func TestMacInherited(t *testing.T) {
	limited := macEntry{kind: "user", perms: macRead, flags: macFileInherit | macDirInherit | macLimitInherit | macOnlyInherit}
	files := macEntry{kind: "user", perms: macRead, flags: macFileInherit | macOnlyInherit}
	dirs := macEntry{kind: "user", perms: macRead, flags: macDirInherit | macOnlyInherit}
	l := macACL{limited, files, dirs}
	plain := macEntry{kind: "user", perms: macRead, flags: macInherited}
	if got := l.inherited(false); !slices.Equal(got, macACL{plain, plain}) {
		t.Errorf("file: %+v", got)
	}
	below := macEntry{kind: "user", perms: macRead, flags: macDirInherit | macInherited}
	if got := l.inherited(true); !slices.Equal(got, macACL{plain, below}) {
		t.Errorf("directory: %+v", got)
	}
}

func FuzzParseMac(f *testing.F) {
	for _, text := range []string{homeACL, openACL, agentACL} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseMac(text)
		if err != nil {
			return
		}
		again, err := parseMac(l.text())
		if err != nil || !slices.Equal(again, l) {
			t.Errorf("%q read back as %+v, %v", l.text(), again, err)
		}
		for _, dir := range []bool{true, false} {
			if in := l.inherited(dir); !dir && in.aces().heirs() {
				t.Errorf("a file hands down %+v", in)
			}
		}
		var who uuid
		if shared := sharedMac(l, who); !slices.Equal(sharedMac(shared, who), shared) {
			t.Errorf("%+v shared twice is another list", l)
		}
	})
}
