package envfix

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/rights"
	"golang.org/x/sys/windows"
)

// A private folder is for its user, the system and administrators, wherever it is made, and it is found again.
func TestMakePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "missing", privateName())
	if !strings.HasPrefix(privateName(), "go-S-1-5-") {
		t.Errorf("the name %s has no SID", privateName())
	}
	for range 2 {
		if err := makePrivate(dir); err != nil {
			t.Fatal(err)
		}
	}
	d, err := acl.DescriptorOfPath(dir)
	if err != nil || d.Owner != acl.UserSID() || d.OtherWriter(acl.UserSID()) != "" || len(d.List) == 0 {
		t.Errorf("%+v, %v", d, err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// Where everybody may write to a folder, it is no private one, and none is made in it if they may also remove what is
// there.
func TestNotPrivate(t *testing.T) {
	temp := t.TempDir()
	open := filepath.Join(temp, privateName())
	if err := os.Mkdir(open, 0o777); err != nil {
		t.Fatal(err)
	}
	openToAll(t, open)
	if why := privateUnusable(open); !strings.HasPrefix(why, "may have been written to by ") {
		t.Errorf("%q", why)
	}
	if err := makePrivate(open); err == nil {
		t.Error("it is used")
	}
	if why := privateUnusable(filepath.Join(open, "sub")); why != "is in a folder that others may change: "+open {
		t.Errorf("%q", why)
	}
	if err := makePrivate(filepath.Join(open, "sub")); err == nil {
		t.Error("one was made in it")
	}
}

// theirs returns a folder called go-build that another user owns and everybody may write to. It is in a folder that
// only this user may write to.
func theirs(t *testing.T) string {
	dir := os.Getenv("GOSAFE_WINE_STRANGER")
	if dir == "" {
		t.Skip("needs GOSAFE_WINE_STRANGER, a folder of another user")
	}
	return dir
}

// A folder that another user has put there is not used, and neither is one in a folder of that user.
func TestPlanted(t *testing.T) {
	planted := theirs(t)
	if why := privateUnusable(planted); !strings.HasPrefix(why, "belongs to ") {
		t.Errorf("%q", why)
	}
	if why := privateUnusable(filepath.Join(planted, privateName())); !strings.HasPrefix(why, "is in a folder of ") {
		t.Errorf("%q", why)
	}
	// The user has no cache folder: the next candidate would be in the temp folder.
	s := ReadSettings([]string{"TEMP=" + planted, "TMP=" + planted, "USERPROFILE=" + t.TempDir()}, "", nil)
	r := &resolver{Settings: s, Request: Request{Unlockable: func(string) error { return nil }}}
	if dir := r.pickDir(s.privateBases(), gopathNeeds); dir != "" {
		t.Errorf("%s is used", dir)
	}
}

// Nobody who only has a default runs what another user put there. Who chooses that user's folder gets it.
func TestStrangersCache(t *testing.T) {
	planted := theirs(t)
	local, home := filepath.Dir(planted), t.TempDir()
	environ := []string{"LocalAppData=" + local, "AppData=" + home, "USERPROFILE=" + home, "TEMP=" + home, "TMP=" + home}
	plan := func(vars ...string) *Plan {
		r := windowsRequest(append(vars, environ...)...)
		r.Untrusted = func(dir string) bool { return rights.Of(dir).Untrusted() }
		return Resolve(r)
	}
	v := plan().BuildCache
	if v.Value != filepath.Join(local, "go-safe", "build") || !strings.Contains(v.Why, " belongs to ") {
		t.Errorf("default: %+v", v)
	}
	if v := plan("GOCACHE=" + planted).BuildCache; v.Value != planted || v.Changed() {
		t.Errorf("chosen: %+v", v)
	}
	file := filepath.Join(planted, "env")
	if err := os.WriteFile(file, []byte("GOCACHE="+planted+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(file)
	if v := plan("GOENV=" + file).BuildCache; v.Value != planted {
		t.Errorf("in an env file of ours: %+v", v)
	}
	if v := plan("TEMP="+planted, "TMP="+planted).WorkDir; !strings.Contains(v.Why, ", who may replace what is in it") {
		t.Errorf("temp folder of another user: %+v", v)
	}
	if fi, err := os.Stat(planted); err != nil || fsinfo.Ours(planted, fi) || fsinfo.Stranger(planted, fi) == "" {
		t.Errorf("%s is ours: %v", planted, err)
	}
}

// openToAll gives everybody all rights on a folder.
func openToAll(t *testing.T, dir string) {
	t.Helper()
	setList(t, dir, "D:P(A;OICI;FA;;;WD)(A;OICI;FA;;;"+acl.UserSID()+")")
}

// setList gives a folder an access list.
func setList(t *testing.T, dir, sddl string) {
	t.Helper()
	sd, err := windows.SecurityDescriptorFromString(sddl)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := sd.DACL()
	if err != nil {
		t.Fatal(err)
	}
	const what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	if err := windows.SetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT, what, nil, nil, list, nil); err != nil {
		t.Fatal(err)
	}
}
