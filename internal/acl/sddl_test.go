package acl

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ACLs as documents and reports show them for real systems, put into SDDL by hand. The user is 1001 of the machine
// S-1-5-21-1-2-3, a second one is 1002, and the domain is S-1-5-21-7-8-9.
const (
	// C:\Users\x, and below it what is made.
	profileSDDL = "O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)"
	localSDDL   = "O:S-1-5-21-1-2-3-1001D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;S-1-5-21-1-2-3-1001)"

	// A folder that an elevated administrator made in his profile.
	elevatedSDDL = "O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;S-1-5-21-1-2-3-1001)"

	// C:\Windows\TEMP: users may make entries in it, and list none.
	windowsTempSDDL = "O:SYG:SYD:PAI(A;;0x100026;;;BU)(A;OICIIO;FA;;;CO)(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)" +
		"(A;OICIIO;0x1200a9;;;BU)"

	// A folder that user 1002 made in C:\, from where it inherits that all who are logged in may modify it.
	plantedSDDL = "O:S-1-5-21-1-2-3-1002D:AI(A;ID;FA;;;BA)(A;OICIIOID;GA;;;BA)(A;ID;FA;;;SY)(A;OICIIOID;GA;;;SY)" +
		"(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)"

	// The same, made by user 1001.
	ownOnDriveSDDL = "O:S-1-5-21-1-2-3-1001D:AI(A;ID;FA;;;BA)(A;OICIIOID;GA;;;BA)(A;ID;FA;;;SY)(A;OICIIOID;GA;;;SY)" +
		"(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)"

	// OneDrive in a profile: as the profile, and a capability of its own.
	oneDriveSDDL = "O:S-1-5-21-1-2-3-1001D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)" +
		"(A;OICI;0x1301bf;;;S-1-15-3-65536-1888954469-739942743-1668119174-2468466756-4239452838-1296943325-" +
		"355587736-700089176)"

	// A redirected home of a domain user, with Domain Admins, on a server.
	domainSDDL = "O:S-1-5-21-7-8-9-1103D:PAI(A;OICI;FA;;;S-1-5-21-7-8-9-512)(A;OICI;FA;;;SY)" +
		"(A;OICI;FA;;;S-1-5-21-7-8-9-1103)"

	// A home of a domain that the help desk may change.
	helpDeskSDDL = "O:S-1-5-21-7-8-9-1103D:PAI(A;OICI;FA;;;S-1-5-21-7-8-9-512)(A;OICI;FA;;;SY)" +
		"(A;OICI;0x1301bf;;;S-1-5-21-7-8-9-2200)(A;OICI;FA;;;S-1-5-21-7-8-9-1103)"

	// icacls DIR /grant Everyone:(OI)(CI)M
	everyoneSDDL = "O:S-1-5-21-1-2-3-1001D:AI(A;OICI;0x1301bf;;;WD)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)" +
		"(A;OICIID;FA;;;S-1-5-21-1-2-3-1001)"

	// What go-safe gives a private folder (package envfix).
	privateSDDL = "O:S-1-5-21-1-2-3-1001D:P(A;OICI;FA;;;S-1-5-21-1-2-3-1001)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"

	// A list that gives only what is made inside to another.
	onlyBelowSDDL = "O:S-1-5-21-1-2-3-1001D:P(A;OICI;FA;;;S-1-5-21-1-2-3-1001)(A;OICIIO;GA;;;S-1-5-21-1-2-3-1002)"

	noListSDDL = "O:WDG:WD" // of FAT
)

// Only a folder to which nobody else can write is a private one, and only above it nobody else can exchange it.
func TestDescriptorPrivate(t *testing.T) {
	const domainUser, helpDesk = "S-1-5-21-7-8-9-1103", "S-1-5-21-7-8-9-2200"
	const everyone, loggedIn, second = "S-1-1-0", "S-1-5-11", winUser
	for _, tt := range []struct {
		name, sddl, user string
		stranger         string // who owns it
		writer           string // who else may write to it or below, or owns it
		replacer         string // who could replace what is in it
	}{
		{`C:\Users\x`, profileSDDL, winOwner, "", "", ""},
		{`C:\Users\x\AppData\Local`, localSDDL, winOwner, "", "", ""},
		{`C:\Users\x of another user`, localSDDL, winUser, winOwner, winOwner, winOwner},
		{"made by an elevated administrator", elevatedSDDL, winOwner, "", "", ""},
		{`C:\`, driveSDDL, winOwner, "", loggedIn, ""},
		{`C:\Windows\TEMP`, windowsTempSDDL, winOwner, "", "S-1-5-32-545", ""},
		{`planted in C:\`, plantedSDDL, winOwner, second, second, second},
		{`made by us in C:\`, ownOnDriveSDDL, winOwner, "", loggedIn, loggedIn},
		{"on a second drive", secondSDDL, winOwner, "", loggedIn, loggedIn},
		{"OneDrive", oneDriveSDDL, winOwner, "", "", ""},
		{"a home of a domain", domainSDDL, domainUser, "", "", ""},
		{"a home that the help desk may change", helpDeskSDDL, domainUser, "", helpDesk, helpDesk},
		{"open to Everyone", everyoneSDDL, winOwner, "", everyone, everyone},
		{"go-safe's own", privateSDDL, winOwner, "", "", ""},
		{"open below", onlyBelowSDDL, winOwner, "", second, ""},
		{"FAT", noListSDDL, winOwner, "", everyone, everyone},
	} {
		d := fromSDDL(t, tt.sddl)
		stranger, writer, replacer := d.Stranger(tt.user), d.OtherWriter(tt.user), d.OtherReplacer(tt.user)
		if stranger != tt.stranger || writer != tt.writer || replacer != tt.replacer {
			t.Errorf("%s: owned by %q, written to by %q, replaced by %q", tt.name, stranger, writer, replacer)
		}
	}
}

// fromSDDL reads a security descriptor in words ([MS-DTYP] 2.5.1). TestSDDL compares it with Windows.
func fromSDDL(t testing.TB, text string) (d Descriptor) {
	t.Helper()
	parts := map[byte]string{}
	for _, key := range "OGD" {
		if _, rest, ok := strings.Cut(text, string(key)+":"); ok {
			parts[byte(key)] = rest
		}
	}
	end := func(s string) string {
		for i := 1; i < len(s); i++ {
			if s[i] == ':' {
				return s[:i-1]
			}
		}
		return s
	}
	d.Owner = sidOf(end(parts['O']))
	list, ok := parts['D']
	d.Open = !ok
	flags, list, _ := strings.Cut(list, "(")
	d.Protected = strings.Contains(flags, "P")
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == '(' || r == ')' }) {
		f := strings.Split(entry, ";")
		if len(f) != 6 {
			t.Fatalf("%q in %s", entry, text)
		}
		has := func(flag string) bool {
			return slices.Contains(slices.Collect(pairs(f[1])), flag)
		}
		deep := !has("NP")
		d.List = append(d.List, ACE{
			SID: sidOf(f[5]), Deny: f[0] == "D", Rights: rightsOf(maskOf(t, f[2])), Inherited: has("ID"),
			Self: !has("IO"), Dirs: deep && has("CI"), Files: deep && has("OI"),
		})
	}
	return d
}

func pairs(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for ; len(s) >= 2 && yield(s[:2]); s = s[2:] {
		}
	}
}

func sidOf(word string) string {
	if sid, ok := map[string]string{
		"SY": sidSystem, "BA": sidAdministrators, "BU": "S-1-5-32-545", "AU": "S-1-5-11", "WD": "S-1-1-0",
		"CO": sidCreator,
	}[word]; ok {
		return sid
	}
	return word
}

func maskOf(t testing.TB, words string) (mask uint32) {
	t.Helper()
	if n, err := strconv.ParseUint(words, 0, 32); err == nil {
		return uint32(n)
	}
	for w := range pairs(words) {
		bits, ok := map[string]uint32{
			"GA": 1 << 28, "GR": 1 << 31, "GW": 1 << 30, "GX": 1 << 29, "SD": 0x10000, "LC": 4, "FA": 0x1f01ff,
		}[w]
		if !ok {
			t.Fatalf("right %q", w)
		}
		mask |= bits
	}
	return mask
}

// Whose builds in a directory a clean waits for: of those who may make entries in it, or could let themselves.
func TestDescriptorMayAdd(t *testing.T) {
	const machine, domain = "S-1-5-21-1-2-3-", "S-1-5-21-7-8-9-"
	const users, loggedIn, administrators = "S-1-5-32-545", "S-1-5-11", "S-1-5-32-544"
	for _, tt := range []struct {
		name, sddl string
		sids       []string
		want       bool
	}{
		{"the user", localSDDL, []string{machine + "1001", users, loggedIn}, true},
		{"another user", localSDDL, []string{machine + "1002", users, loggedIn}, false},
		{"another user, as administrator", localSDDL, []string{machine + "1002", users, loggedIn, administrators}, true},
		{"the owner, without an entry", "O:" + machine + "1002D:P(A;OICI;FA;;;SY)", []string{machine + "1002"}, true},
		{"a second drive", plantedSDDL, []string{machine + "1001", users, loggedIn}, true},
		{"a second drive, not logged in", plantedSDDL, []string{machine + "1001", users}, false},
		{"a group that may", helpDeskSDDL, []string{domain + "1200", domain + "2200"}, true},
		{"a group that may only read", windowsTempSDDL, []string{machine + "1001", loggedIn}, false},
		{"only what is made inside", onlyBelowSDDL, []string{machine + "1002"}, false},
		{"denied first", "O:SYD:P(D;;FA;;;S-1-5-21-1-2-3-1001)(A;OICI;FA;;;BU)", []string{machine + "1001", users}, false},
		{"FAT", noListSDDL, []string{machine + "1001"}, true},
	} {
		if got := fromSDDL(t, tt.sddl).MayAdd(tt.sids); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}
