package rights

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Backup operators, whom every Windows has and no cache names.
const operators = "S-1-5-32-551"

// The bytes in sd_test.go are what the system makes of the words.
func TestDescriptors(t *testing.T) {
	for sddl, want := range map[string]string{driveSDDL: driveHex, secondSDDL: secondHex, grantedSDDL: grantedHex} {
		sd, err := windows.SecurityDescriptorFromString(sddl)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(unsafe.Slice((*byte)(unsafe.Pointer(sd)), sd.Length())); got != want {
			t.Errorf("%s:\n%s, want\n%s", sddl, got, want)
		}
	}
}

// A directory of ours is ours, and what is not there will be.
func TestLookOwn(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "missing", "below")} {
		f := look(path)
		if !f.readable || !f.writable || f.owner != ourselves || f.there != (path == dir) {
			t.Errorf("%s: %+v", path, f)
		}
		if p := f.policy(); p != Own && p != SharedACL {
			t.Errorf("%s: %s", path, p)
		}
	}
	if d, err := describe(dir); err != nil || !d.open && (d.owner == "" || len(d.list) == 0) {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestShareRefuses(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o666)
	for name, err := range map[string]error{
		"no group":    second(Share(dir, "", nil, &Options{})),
		"everybody":   second(Share(dir, "S-1-1-0", nil, &Options{})),
		"a home":      second(Share(dir, operators, []string{dir}, &Options{})),
		"no cache":    second(Share(dir, operators, nil, &Options{})),
		"the drive":   second(Share(`C:\`, operators, nil, &Options{})),
		"fix nowhere": second(Fix(filepath.Join(dir, "missing"), &Options{})),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		t.Log(err)
	}
}

func second[T any](_ T, err error) error { return err }

// What is in a shared cache inherits, whatever it had, and what is moved in is brought in line by Fix.
func TestShare(t *testing.T) {
	dir := makeCache(t)
	list := filepath.Join(dir, "cache", "download", "example.com", "@v", "list")
	if err := guard(list); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{2, 2, 0} { // the cache and the file
		s, err := Share(dir, operators, nil, &Options{Dry: i == 0})
		if err != nil {
			t.Fatal(err)
		}
		if d, err := describe(dir); i > 0 && (err != nil || !d.list.lets(operators)) {
			t.Skipf("the file system keeps no ACLs, as under Wine: %+v, %v", d, err)
		}
		if s.Total() != want || len(s.Left) > 0 || s.Shape != ModCache {
			t.Errorf("run %d: %+v", i, s)
		}
	}
	if p := Of(dir).Policy; p != SharedACL {
		t.Error(p)
	}
	if d, err := describe(list); err != nil || d.protected || !d.list.allows([]string{operators}, mayWrite, func(ace) bool { return true }) {
		t.Errorf("%+v, %v", d, err)
	}
	if err := guard(list); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{1, 1, 0} {
		if r, err := Fix(dir, &Options{Dry: i == 0}); err != nil || r.Total() != want || len(r.Left) > 0 {
			t.Errorf("run %d: %+v, %v", i, r, err)
		}
	}
}

// A walk comes to every entry, and through no link. On file systems without ACLs it says so and changes nothing.
func TestFixWalks(t *testing.T) {
	dir := makeCache(t)
	outside := t.TempDir()
	os.WriteFile(filepath.Join(outside, "secret"), nil, 0o666)
	entries := int64(5)
	if os.Symlink(outside, filepath.Join(dir, "cache", "download", "link")) == nil {
		entries++
	}
	r, err := Fix(dir, &Options{})
	if err != nil || r.Seen != entries {
		t.Errorf("%+v, %v", r, err)
	}
	t.Logf("%+v", r)
}

// makeCache makes a module cache with five entries that its owner and the system may change.
func makeCache(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mod")
	at := filepath.Join(dir, "cache", "download", "example.com", "@v")
	if err := os.MkdirAll(at, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "list"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// guard gives a file rights of its own.
func guard(path string) error {
	sd, err := windows.SecurityDescriptorFromString(fmt.Sprintf("D:P(A;;FA;;;SY)(A;;FA;;;%s)", windowsUser()))
	if err != nil {
		return err
	}
	list, _, err := sd.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
}

func windowsUser() string {
	us, _ := parties()
	return us[0]
}
