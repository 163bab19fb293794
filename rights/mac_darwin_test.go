package rights

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What is set is read back, by chmod's ls too; the kernel hands down what we think it does; and a file that inherits the right to
// be written can be, whatever its mode: the reason why module caches get no ACL.
func TestMacKernel(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if l, err := macOfPath(dir); err != nil || l != nil {
		t.Fatalf("a new directory: %+v, %v", l, err)
	}
	f := openTest(t, dir)
	list, err := macSharing(int(f.Fd()), os.Getegid())
	if err != nil {
		t.Fatal(err)
	}
	if err := setMac(int(f.Fd()), list); err != nil {
		t.Fatal(err)
	}
	if got, err := macOfPath(dir); err != nil || !slices.Equal(got, list) {
		t.Errorf("%+v, %v, want %+v", got, err, list)
	}
	if out, err := exec.Command("/bin/ls", "-lde", dir).CombinedOutput(); err != nil || !strings.Contains(string(out), "allow list,add_file,search") {
		t.Errorf("%s%v", out, err)
	}
	if facts := look(dir); !facts.lets || !facts.shares || facts.everybody || facts.policy() != SharedACL {
		t.Errorf("%s: %+v", facts.policy(), facts)
	}
	file, sub := filepath.Join(dir, "file"), filepath.Join(dir, "sub")
	if err := os.WriteFile(file, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, isDir := range map[string]bool{file: false, sub: true} {
		if got, err := getMac(int(openTest(t, path).Fd())); err != nil || !slices.Equal(got, list.inherited(isDir)) {
			t.Errorf("%s: %+v, %v, want %+v", path, got, err, list.inherited(isDir))
		}
	}
	if err := os.WriteFile(file, []byte("changed"), 0); err != nil {
		t.Errorf("a file of mode 0444 with an ACL that lets its group write: %v", err)
	}
}

// A build cache is shared by an ACL, what is in it included, and a second time there is nothing to do. Others are not.
func TestShareMac(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"00", "ff"} {
		os.Mkdir(filepath.Join(dir, name), 0o700)
	}
	os.WriteFile(filepath.Join(dir, "00", "entry-a"), nil, 0o600)
	const group = "20" // staff, in which all users are
	for i, want := range []int64{4, 4, 0} {
		s, err := Share(dir, group, nil, &Options{Dry: i == 0})
		if err != nil || !s.ByACL || s.Shape != BuildCache || s.Changed[ACLs] != want || len(s.Left) > 0 {
			t.Errorf("run %d: %+v, %v", i, s, err)
		}
	}
	if r, err := Fix(dir, &Options{}); err != nil || r.Total() > 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if s, err := Share(filepath.Join(t.TempDir(), "mod"), group, nil, &Options{}); err != nil || s.ByACL {
		t.Errorf("%+v, %v", s, err)
	}
}

func openTest(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
