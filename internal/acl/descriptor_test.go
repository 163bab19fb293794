package acl

import (
	"encoding/hex"
	"slices"
	"testing"
)

// Descriptors of Windows, from what it prints of them (SDDL), in bytes as
// ConvertStringSecurityDescriptorToSecurityDescriptor of Wine 8 has them; TestDescriptorBytes has that done again.
const (
	// C:\ of Windows 11.
	driveSDDL = "O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464" +
		"D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;;FA;;;SY)" +
		"(A;OICIIO;GA;;;SY)(A;OICIIO;GA;;;BA)(A;;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
	driveHex = "0100049414000000000000000000000034000000010600000000000550000000b589fb381984c2cb5c6c236d5700776ec002" +
		"64870200a00007000000000014000400000001010000000000050b000000000b1400000001e001010000000000050b000000" +
		"00001400ff011f00010100000000000512000000000b140000000010010100000000000512000000000b1800000000100102" +
		"000000000005200000002002000000001800ff011f000102000000000005200000002002000000031800a900120001020000" +
		"000000052000000021020000"

	// A folder on a second drive, as Windows formats it: O:SY at the root, and a user made the folder.
	secondSDDL = "O:S-1-5-21-1-2-3-1001D:AI(A;OICIIOID;SDGXGWGR;;;AU)(A;ID;0x1301bf;;;AU)(A;ID;FA;;;SY)" +
		"(A;OICIIOID;GA;;;SY)" +
		"(A;OICIIOID;GA;;;BA)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)(A;OICIIOID;GXGR;;;BU)"
	secondHex = "0100048414000000000000000000000030000000010500000000000515000000010000000200000003000000e90300000200" +
		"b80008000000001b1400000001e001010000000000050b00000000101400bf01130001010000000000050b00000000101400" +
		"ff011f00010100000000000512000000001b140000000010010100000000000512000000001b180000000010010200000000" +
		"0005200000002002000000101800ff011f000102000000000005200000002002000000101800a90012000102000000000005" +
		"2000000021020000001b1800000000a001020000000000052000000021020000"

	// A folder in a profile after icacls /grant "GROUP:(OI)(CI)M", the group being 1105.
	grantedSDDL = "O:S-1-5-21-1-2-3-1001D:AI(A;OICI;0x1301bf;;;S-1-5-21-1-2-3-1105)" +
		"(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)" +
		"(A;OICIID;FA;;;S-1-5-21-1-2-3-1001)"
	grantedHex = "0100048414000000000000000000000030000000010500000000000515000000010000000200000003000000e90300000200" +
		"7c000400000000032400bf0113000105000000000005150000000100000002000000030000005104000000131400ff011f00" +
		"01010000000000051200000000131800ff011f000102000000000005200000002002000000132400ff011f00010500000000" +
		"000515000000010000000200000003000000e9030000"
)

const (
	winOwner = "S-1-5-21-1-2-3-1001"
	winGroup = "S-1-5-21-1-2-3-1105"
	winUser  = "S-1-5-21-1-2-3-1002" // in the group, or not
	winUsers = "S-1-5-11"
)

func described(t testing.TB, data string) Descriptor {
	t.Helper()
	b, err := hex.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	d, err := parseDescriptor(b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseDescriptor(t *testing.T) {
	const all = Read | Write | Append | Run | Replace
	d := described(t, grantedHex)
	want := List{
		{SID: winGroup, Rights: all, Self: true, Dirs: true, Files: true},
		{SID: sidSystem, Rights: all, Self: true, Dirs: true, Files: true, Inherited: true},
		{SID: sidAdministrators, Rights: all, Self: true, Dirs: true, Files: true, Inherited: true},
		{SID: winOwner, Rights: all, Self: true, Dirs: true, Files: true, Inherited: true},
	}
	if d.Owner != winOwner || d.Protected || d.Open || !slices.Equal(d.List, want) {
		t.Errorf("%+v", d)
	}
	drive := described(t, driveHex)
	const installer = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
	if !drive.Protected || drive.Owner != installer || len(drive.List) != 7 {
		t.Errorf("%+v", drive)
	}
	if e := drive.List[0]; e.Rights != Append || !e.Self || e.Dirs {
		t.Errorf("(A;;LC;;;AU): %+v", e)
	}
	if e := drive.List[1]; e.Rights != all || e.Self || !e.Dirs || !e.Files {
		t.Errorf("(A;OICIIO;SDGXGWGR;;;AU): %+v", e)
	}
	b, _ := hex.DecodeString(grantedHex)
	for i := range b {
		if _, err := parseDescriptor(b[:i]); err == nil {
			t.Errorf("no error for the first %d bytes", i)
		}
	}
}

// Whom the folders let write, and what is therefore shared.
func TestDescriptorShares(t *testing.T) {
	for _, tt := range []struct {
		name, data           string
		us                   []string
		lets, shares, crowds bool
	}{
		{"a group that was let in", grantedHex, []string{winUser, winGroup, winUsers}, true, true, false},
		{"a user outside it", grantedHex, []string{winUser, winUsers}, false, true, false},
		{"a second drive", secondHex, []string{winUser, winUsers}, true, true, true},
		{"the first drive: users make folders alone", driveHex, []string{winUser, winUsers}, false, false, false},
	} {
		d := described(t, tt.data)
		lets, shares, crowd := d.List.Lets(tt.us...), d.Shares(), d.OpenToCrowds()
		if lets != tt.lets || shares != tt.shares || crowd != tt.crowds {
			t.Errorf("%s: lets %t, shares %t, everybody %t", tt.name, lets, shares, crowd)
		}
	}
}

// An entry is right if it inherits, from whatever is between it and the cache, all that the cache hands down.
func TestDescriptorFollows(t *testing.T) {
	cache := described(t, grantedHex)
	made := described(t, grantedHex)
	for i := range made.List {
		made.List[i].Inherited = true
	}
	guarded := made
	guarded.Protected = true
	narrow := made
	narrow.List = slices.Clone(made.List)
	narrow.List[0].Rights = Read
	for name, tt := range map[string]struct {
		d     Descriptor
		cache Descriptor
		want  bool
	}{
		"made in it":                {made, cache, true},
		"moved into it":             {described(t, secondHex), cache, false},
		"with the same, of its own": {cache, cache, false},
		"protected":                 {guarded, cache, false},
		"with less":                 {narrow, cache, false},
		"on FAT":                    {Descriptor{Open: true}, cache, true},
		"in a cache on FAT":         {cache, Descriptor{Open: true}, true},
	} {
		if got := tt.d.Follows(tt.cache, true); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// An entry lacks what the cache hands down if nothing in its list gives it.
func TestDescriptorLacks(t *testing.T) {
	shared := fromSDDL(t, grantedSDDL)
	for _, tt := range []struct{ name, sddl, want string }{
		{"made in it", "O:" + winUser + "D:AI(A;ID;0x1301bf;;;" + winGroup + ")(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;" +
			winOwner + ")", ""},
		{"with rights of its own", "O:" + winUser + "D:P(A;;FA;;;" + winGroup + ")(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;" +
			winOwner + ")", ""},
		{"moved into it from a profile", localSDDL, winGroup},
		{"the group may only read", "O:BAD:AI(A;ID;0x1200a9;;;" + winGroup + ")(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;" +
			winOwner + ")", winGroup},
		{"protected, and for the system alone", "O:SYD:P(A;;FA;;;SY)", winGroup},
		{"FAT", noListSDDL, ""},
	} {
		d := fromSDDL(t, tt.sddl)
		if got := d.Lacks(shared, false); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
	if got := fromSDDL(t, localSDDL).Lacks(fromSDDL(t, profileSDDL), true); got != "" {
		t.Errorf("a folder in a profile lacks what is for %q", got)
	}
}

func FuzzParseDescriptor(f *testing.F) {
	for _, data := range []string{driveHex, secondHex, grantedHex} {
		b, _ := hex.DecodeString(data)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parseDescriptor(data)
		if err != nil {
			return
		}
		if d.Open && len(d.List) > 0 {
			t.Errorf("no list, and %+v", d.List)
		}
		if d.Protected && !d.Open && d.Follows(Descriptor{}, false) {
			t.Error("what inherits nothing follows")
		}
		d.Shares()
		d.OpenToCrowds()
	})
}

// A site's file counts only if administrators alone may change it.
func TestOnlyAdministrators(t *testing.T) {
	full := Read | Write | Append | Run
	own := ACE{SID: sidAdministrators, Rights: full, Self: true}
	read := ACE{SID: "S-1-5-32-545", Rights: Read | Run, Self: true}
	for _, tt := range []struct {
		name string
		d    Descriptor
		want bool
	}{
		{"readable for users", Descriptor{Owner: sidSystem, List: List{own, read}}, true},
		{"of a user", Descriptor{Owner: winOwner, List: List{own, read}}, false},
		{"without a list", Descriptor{Owner: sidSystem, Open: true}, false},
		{"users make files", Descriptor{Owner: sidSystem, List: List{own, {SID: winUsers, Rights: Write, Self: true}}},
			false},
		{"users make files below", Descriptor{Owner: sidSystem, List: List{own, {SID: winUsers, Rights: Write,
			Dirs: true}}}, true},
		{"C:\\, where users make folders", described(t, driveHex), false},
		{"a user's folder on a second drive", described(t, secondHex), false},
	} {
		if got := tt.d.OnlyAdministrators(); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}
