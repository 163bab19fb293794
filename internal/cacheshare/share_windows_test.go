package cacheshare

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/cachefix"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/windows"
)

// Backup operators, whom every Windows has and no cache names.
const operators = "S-1-5-32-551"

func TestShareRefuses(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o666)
	for name, err := range map[string]error{
		"no group":    second(Dir(dir, "", Closed, nil, &tree.Options{})),
		"everybody":   second(Dir(dir, "S-1-1-0", Closed, nil, &tree.Options{})),
		"a home":      second(Dir(dir, operators, Closed, []string{dir}, &tree.Options{})),
		"no cache":    second(Dir(dir, operators, Closed, nil, &tree.Options{})),
		"the drive":   second(Dir(`C:\`, operators, Closed, nil, &tree.Options{})),
		"fix nowhere": second(cachefix.Dir(filepath.Join(dir, "missing"), &tree.Options{})),
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
	before := lists(t, dir)
	if d, err := acl.DescriptorOfPath(list); err != nil || !d.Protected {
		t.Skipf("the file system keeps no ACLs, as under Wine: %+v, %v", d, err)
	}
	for i, want := range []int64{2, 2, 0} { // the cache and the file
		o := &tree.Options{Dry: i == 0}
		if o.Dry {
			o.Tell = func(c tree.Change) {
				if c.Was != before[c.Path] {
					t.Errorf("%s had %s, and the list says %s", c.Path, before[c.Path], c.Was)
				}
			}
		}
		s, err := Dir(dir, operators, Closed, nil, o)
		if d, aclErr := acl.DescriptorOfPath(dir); i > 0 && (aclErr != nil || !d.List.Lets(operators)) {
			t.Skipf("the file system keeps no ACLs, as under Wine: %+v, %v, %v", d, aclErr, err)
		}
		if err != nil {
			t.Fatal(err)
		}
		if s.Total() != want || len(s.Left) > 0 || s.Shape != layout.ModCache {
			t.Errorf("run %d: %+v", i, s)
		}
	}
	if p := rights.Of(dir).Policy; p != rights.SharedACL {
		t.Error(p)
	}
	all := func(acl.ACE) bool { return true }
	d, err := acl.DescriptorOfPath(list)
	if err != nil || d.Protected || !d.List.Allows([]string{operators}, acl.Write, all) {
		t.Errorf("%+v, %v", d, err)
	}
	if err := guard(list); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{1, 1, 0} {
		r, err := cachefix.Dir(dir, &tree.Options{Dry: i == 0})
		if err != nil || r.Total() != want || len(r.Left) > 0 {
			t.Errorf("run %d: %+v, %v", i, r, err)
		}
	}
}

// A walk comes to every entry, and through no link. On file systems without ACLs it says so and changes nothing.
func TestFixWalks(t *testing.T) {
	dir := makeCache(t)
	outside := t.TempDir()
	os.WriteFile(filepath.Join(outside, "secret"), nil, 0o666)
	before := lists(t, dir)
	entries := int64(6) // with the cache itself
	link := filepath.Join(dir, "cache", "download", "link")
	os.Symlink(outside, link)
	if _, err := os.Lstat(link); err == nil {
		entries++
	}
	r, err := cachefix.Dir(dir, &tree.Options{})
	if err != nil || r.Seen != entries {
		t.Errorf("%+v, %v", r, err)
	}
	t.Logf("%+v", r)
	if after := lists(t, dir); len(r.Left) > 0 && !maps.Equal(before, after) {
		t.Errorf("said to be left as they are:\n%v, and are\n%v", before, after)
	}
}

// If the file system does not keep what a group is given, the cache has the ACL that it had.
func TestShareRestores(t *testing.T) {
	dir := makeCache(t)
	before := lists(t, dir)
	s, err := Dir(dir, operators, Closed, nil, &tree.Options{})
	if d, _ := acl.DescriptorOfPath(dir); err == nil && d.List.Lets(operators) {
		t.Skip("this file system keeps ACLs")
	}
	if err == nil {
		t.Errorf("no error: %+v", s)
	}
	if after := lists(t, dir); !maps.Equal(before, after) {
		t.Errorf("it had\n%v, and has\n%v", before, after)
	}
}

// lists returns the ACLs in a cache, in words.
func lists(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
		if err == nil {
			m[path] = sd.String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
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
	us, _ := acl.Parties()
	return us[0]
}
