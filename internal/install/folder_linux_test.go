package install

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

// othersFolder makes a folder of the attacker's, with a secret of root's in it.
func othersFolder(t *testing.T) (dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir = t.TempDir()
	linuxtest.Must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600))
	linuxtest.Must(t, os.Chown(dir, linuxtest.Attacker, linuxtest.Attacker))
	return dir
}

// wasGiven reports whether root's secret, which has one of two names, got another owner or mode.
func wasGiven(t *testing.T, paths ...string) bool {
	t.Helper()
	for _, path := range paths {
		fi, err := os.Lstat(path)
		if err == nil && fi.Mode().IsRegular() && fi.Size() == int64(len("secret")) {
			return linuxtest.OwnerOf(path) != 0 || fi.Mode().Perm() != 0o600
		}
	}
	t.Fatal("the secret is lost")
	return false
}

// An attacker exchanges the directory that root has just made in her folder, or in that of her group, for root's
// secret.
func TestAttackMkdir(t *testing.T) {
	byName := func(dir string) error {
		bin := filepath.Join(dir, "bin")
		return errors.Join(os.Mkdir(bin, 0o755), os.Chmod(bin, 0o755),
			os.Lchown(bin, linuxtest.Attacker, linuxtest.Attacker))
	}
	install := func(dir string) error {
		f, err := openFolder(filepath.Join(dir, "bin"), true)
		if err == nil {
			f.close()
		}
		return err
	}
	for _, tt := range []struct {
		name  string
		group bool
		naive bool
		do    func(dir string) error
	}{
		{"by name", false, true, byName},
		{"in a user's folder", false, false, install},
		{"in a group's folder", true, false, install},
	} {
		hits, done := 0, 0
		for range 300 {
			dir := othersFolder(t)
			if tt.group {
				linuxtest.Must(t, os.Chown(dir, 0, linuxtest.Group))
				linuxtest.Must(t, os.Chmod(dir, 0o775|os.ModeSetgid))
			}
			secret, bin := filepath.Join(dir, "secret"), filepath.Join(dir, "bin")
			stop := linuxtest.Exchange([2]string{secret, bin})
			if tt.do(dir) == nil {
				done++
			}
			stop()
			if wasGiven(t, secret, bin) {
				hits++
			}
		}
		t.Logf("%s: the secret was changed in %d of 300 rounds; %d rounds ended well", tt.name, hits, done)
		if hits > 0 != tt.naive {
			t.Errorf("%s: %d hits", tt.name, hits)
		}
	}
}

// What root makes in the folder of a user is the user's, and in no case another directory of root's.
func TestGive(t *testing.T) {
	dir := othersFolder(t)
	f, err := openFolder(filepath.Join(dir, "a/bin"), true)
	linuxtest.Must(t, err)
	defer f.close()
	for _, d := range []string{"a", "a/bin"} {
		if uid := linuxtest.OwnerOf(filepath.Join(dir, d)); uid != linuxtest.Attacker {
			t.Errorf("%s belongs to uid %d", d, uid)
		}
	}
	// The link is given to nobody: the user could put root's secret in its place.
	linuxtest.Must(t, f.alias(nil))
	fi, err := f.root.Lstat(goName)
	linuxtest.Must(t, err)
	if uid := fi.Sys().(*syscall.Stat_t).Uid; uid != 0 {
		t.Errorf("the link belongs to uid %d", uid)
	}
}

// A user puts a link to a directory of root's where root is about to make one.
func TestAttackMkdirLink(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	victim, parked, link := filepath.Join(dir, "victim"), filepath.Join(dir, "parked"), filepath.Join(dir, "x")
	linuxtest.Must(t, os.Chmod(dir, 0o777|os.ModeSticky))
	linuxtest.Must(t, os.Mkdir(victim, 0o755))
	linuxtest.Must(t, os.Symlink("victim", parked))
	linuxtest.Must(t, os.Lchown(parked, linuxtest.Attacker, linuxtest.Attacker))
	stop := linuxtest.Repeat(func() {
		os.Link(parked, link)
		unix.Unlink(link) // and no directory
	})
	refused := 0
	for range 2000 {
		f, err := openFolder(filepath.Join(link, "bin"), true)
		if err == nil {
			f.close()
			os.RemoveAll(link)
		} else {
			refused++
		}
	}
	stop()
	if names, err := os.ReadDir(victim); err != nil || len(names) > 0 || refused == 0 {
		t.Errorf("root made %v in a directory that the link leads to; refused %d times: %v", names, refused, err)
	}
}

// The program runs from the folder of a user, who exchanges it for root's secret.
func TestAttackHas(t *testing.T) {
	dir := othersFolder(t)
	secret, program := filepath.Join(dir, "secret"), filepath.Join(dir, selfName)
	linuxtest.Must(t, os.WriteFile(program, nil, 0o644))
	self, err := os.Open(program)
	linuxtest.Must(t, err)
	defer self.Close()
	f, err := openFolder(dir, false)
	linuxtest.Must(t, err)
	defer f.close()
	stop := linuxtest.Exchange([2]string{secret, program})
	found := 0
	for range 20000 {
		linuxtest.Must(t, self.Chmod(0o744))
		if f.has(selfName, self) {
			found++
			if fi, err := self.Stat(); err != nil || fi.Mode().Perm() != 0o755 {
				t.Fatalf("the program has the mode %v: %v", fi.Mode(), err)
			}
		}
	}
	stop()
	if found == 0 || wasGiven(t, secret, program) {
		t.Errorf("the secret was changed, or the program never found: %d", found)
	}
}

// A user gives a directory of root's the name of what a killed installation leaves.
func TestAttackSweep(t *testing.T) {
	dir := othersFolder(t)
	kept := filepath.Join(dir, tempPrefix+"abcdef", "sub")
	linuxtest.Must(t, os.MkdirAll(kept, 0o700))
	linuxtest.Must(t, os.WriteFile(filepath.Join(kept, "file"), nil, 0o600))
	left := filepath.Join(dir, tempName())
	linuxtest.Must(t, os.WriteFile(left, nil, 0o600))
	f, err := openFolder(dir, false)
	linuxtest.Must(t, err)
	defer f.close()
	f.sweep()
	if _, err := os.Stat(filepath.Join(kept, "file")); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(left); err == nil {
		t.Errorf("%s is left", left)
	}
}
