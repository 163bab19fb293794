//go:build unix

package rights

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// Real directories, by path and open.
func TestOf(t *testing.T) {
	base := t.TempDir()
	private, missing, file := base+"/private", base+"/private/a/b", base+"/file"
	if err := errors.Join(os.Mkdir(private, 0o700), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for dir, exists := range map[string]bool{private: true, missing: false} {
		c := Of(dir)
		if c.Policy != Own || c.Dir != dir || c.Exists != exists || c.Owner != os.Geteuid() || c.Err != nil {
			t.Errorf("%s: %+v", dir, c)
		}
		if c.Shared() || c.WritableByAll() || c.OpensToAll() || c.UntrustedOwner() >= 0 || c.DistrustBuild() != "" {
			t.Errorf("%s: %+v", dir, c)
		}
	}
	if c := Of(file); c.Policy != Unusable || c.Owner != -1 {
		t.Errorf("a file: %+v", c)
	}
	if c := Of(file + "/x"); !errors.Is(c.Err, unix.ENOTDIR) {
		t.Errorf("below a file: %+v", c)
	}
	if err := unix.Chmod(private, 0o777|unix.S_ISVTX); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDir(private)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c := OfOpen(d)
	if c.Mode != fs.ModeDir|fs.ModeSticky|0o777 || !c.WritableByAll() {
		t.Errorf("opened to all: %+v", c)
	}
	if c := c.ToBe(missing); c.Exists || c.Dir != missing || c.Policy != Own {
		t.Errorf("to be: %+v", c)
	}
	if err := Way(private); err != nil && os.Geteuid() == 0 {
		t.Error(err)
	}
}

// What a group shares names its members as receivers, and another user's build cache says who writes to it.
func TestOthersCache(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const owner, team = 4335, 4336
	dir := filepath.Join(t.TempDir(), "build")
	err := errors.Join(
		os.MkdirAll(dir+"/00", 0o755), os.Chown(dir, owner, team), os.Chown(dir+"/00", owner, team))
	if err != nil {
		t.Fatal(err)
	}
	if c := Of(dir); c.Policy != ForOwner || c.UntrustedOwner() != owner {
		t.Errorf("%+v", c)
	}
	if err := unix.Chmod(dir, 0o775|unix.S_ISGID); err != nil {
		t.Fatal(err)
	}
	c := Of(dir)
	want := fsinfo.Receiver{UIDs: []int{owner}, GIDs: []int{team}}
	r := c.Receiver()
	if c.Policy != SharedSet || len(r.GIDs) != 1 || r.GIDs[0] != want.GIDs[0] || r.UIDs[0] != want.UIDs[0] {
		t.Errorf("%s for %+v", c.Policy, r)
	}
	c.UID = 4337
	if why := c.DistrustBuild(); why != "is written to by uid 4335 and has no inheritable ACL" {
		t.Error(why)
	}
}
