package envfix

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

// Prepare makes what is missing, for this user alone, whatever the umask says.
func TestPrepareMakes(t *testing.T) {
	p := newPlace(t)
	closed("c")(p)
	linuxtest.Give(t, p.dir)
	linuxtest.As(t, linuxtest.User, func() {
		r := p.request(p.environ("GOCACHE=$W/c", "GOTMPDIR=$W/work/a"))
		plan := Resolve(r)
		for _, name := range []string{"home/.cache", "work"} {
			if _, err := os.Stat(p.path(name)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Resolve made %s", name)
			}
		}
		for range 2 {
			if changed, err := plan.Prepare(); err != nil || len(changed) > 0 {
				t.Fatalf("%q, %v", changed, err)
			}
		}
		for _, name := range []string{"home/.cache", "home/.cache/go-safe", "work", "work/a"} {
			if fi, err := os.Stat(p.path(name)); err != nil || fi.Mode() != 0o700|fs.ModeDir {
				t.Errorf("%s: %v, %v", name, fi, err)
			}
		}
	})
}

// Somebody puts a folder in the place of the private one after Resolve has looked. Prepare says which it is, and with
// that Resolve chooses another one.
func TestPrepareFails(t *testing.T) {
	p := newPlace(t)
	linuxtest.Give(t, p.dir)
	linuxtest.As(t, linuxtest.User, func() {
		r := p.request(p.environ())
		r.PrivateTemp, r.Failed = true, make(map[string]bool)
		plan := Resolve(r)
		dir := plan.WorkDir.Value
		linuxtest.Must(t, os.Symlink(p.path("home"), dir))
		_, err := plan.Prepare()
		var failed *FolderError
		if !errors.As(err, &failed) || failed.Dir != dir || failed.Error() != "use "+dir+": is not a directory" {
			t.Fatalf("%v, want a FolderError of %s", err, dir)
		}
		if failed.Unwrap() == nil || p.path("home") == dir {
			t.Error("no cause")
		}
		r.Failed[failed.Dir] = true
		linuxtest.Must(t, os.Remove(dir)) // the link is gone, and still it is not chosen
		if plan := Resolve(r); plan.WorkDir.Value == dir || !plan.WorkDir.Changed() {
			t.Errorf("then GOTMPDIR=%s", plan.WorkDir.Value)
		}
	})
}

// A private folder is made private by its descriptor: a link in its place is not followed.
func TestRestrict(t *testing.T) {
	dir := t.TempDir()
	link := dir + ".link"
	linuxtest.Must(t, os.Symlink(dir, link))
	linuxtest.Must(t, os.Chmod(dir, 0o755))
	if err := restrict(link); err == nil {
		t.Error("followed a link")
	}
	if err := restrict(dir + "/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
	if fi, err := os.Stat(dir); err != nil || fi.Mode().Perm() != 0o755 {
		t.Errorf("changed to %v, %v", fi, err)
	}
	if err := restrict(dir); err != nil {
		t.Error(err)
	}
	if fi, err := os.Stat(dir); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("changed to %v, %v", fi, err)
	}
	if os.Geteuid() == 0 {
		linuxtest.Must(t, os.Chown(dir, linuxtest.Attacker, 0))
		if err := restrict(dir); err == nil {
			t.Error("the folder of another user")
		}
	}
}

// Once a day the go command trims the cache. Then old work folders go too.
func TestPrepareSweeps(t *testing.T) {
	if !SeesProcesses() {
		t.Skip("a container does not see the processes that may use a work folder")
	}
	p := newPlace(t)
	for _, trims := range []bool{false, true} {
		old := p.oldWork("tmp/go-build1/b001")
		r := p.request(p.environ())
		r.Trims = trims
		if _, err := Resolve(r).Prepare(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(old); (err != nil) != trims {
			t.Errorf("trims %t: %v", trims, err)
		}
	}
}
