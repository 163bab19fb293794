package cacheshare

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

func dirFor(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	linuxtest.Must(t, os.Chmod(dir, 0o755))
	return dir
}

// A missing directory is made, by setgid or an ACL; a second time there is nothing to do.
func TestDir(t *testing.T) {
	base := dirFor(t)
	dir, group := base+"/mod", strconv.Itoa(linuxtest.Group)
	dry, err := Dir(dir, group, Closed, nil, &tree.Options{Dry: true})
	if _, missing := os.Stat(dir); err != nil || !dry.Made || !errors.Is(missing, fs.ErrNotExist) {
		t.Errorf("dry: %+v, %v", dry, err)
	}
	for i := range 2 {
		s, err := Dir(dir, group, Closed, nil, &tree.Options{})
		linuxtest.Must(t, err)
		if s.Made != (i == 0) || s.Shape != layout.Empty || s.Group != linuxtest.Group || (s.Total() == 0) != (i > 0) {
			t.Errorf("%d: %+v", i, s)
		}
		fi, err := os.Stat(dir)
		if err != nil || fi.Mode() != fs.ModeDir|fs.ModeSetgid|0o770 {
			t.Errorf("%v, %v", fi.Mode(), err)
		}
	}
}

func TestDefaultGroup(t *testing.T) {
	base := dirFor(t)
	linuxtest.Must(t, os.Chown(base, 0, linuxtest.Group))
	linuxtest.Must(t, unix.Chmod(base, 0o775|unix.S_ISGID))
	linuxtest.Must(t, os.Mkdir(base+"/mod", 0o755))
	linuxtest.Must(t, os.Chown(base+"/mod", 0, 0)) // as moved there
	if s, err := Dir(base+"/mod", "", Closed, nil, &tree.Options{}); err != nil || s.Group != linuxtest.Group {
		t.Errorf("%+v, %v", s, err)
	}
}

// Why a directory is refused, and what was made for a refused cache goes again.
func TestRefused(t *testing.T) {
	base := dirFor(t)
	for _, dir := range []string{"open/mod", "all", "letter", "home"} {
		linuxtest.Must(t, os.MkdirAll(filepath.Join(base, dir), 0o755))
	}
	linuxtest.Must(t, os.WriteFile(base+"/letter/x", nil, 0o644))
	linuxtest.Must(t, os.Chmod(base+"/open", 0o777))
	linuxtest.Must(t, os.Chmod(base+"/all", 0o777))
	for _, tt := range []struct{ dir, group, why string }{
		{"open/mod", "4469", "could be replaced by everybody"},
		{"all", "4469", "may be written to by everybody"},
		{"letter", "4469", "is not a cache of the go command: it has x in it"},
		{"home", "4469", "is a home"},
		{"new", "", "belongs to group 0, that of root"},
		{"new", "no-such-group", `no group "no-such-group"`},
		{"none/new", "4469", "no such file or directory"},
	} {
		dir := filepath.Join(base, tt.dir)
		_, err := Dir(dir, tt.group, Closed, []string{base + "/home"}, &tree.Options{})
		if err == nil || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %v", tt.dir, err)
		}
	}
	if _, err := os.Stat(base + "/new"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Dir("/", "4469", Closed, nil, &tree.Options{}); err == nil {
		t.Error("the root directory")
	}
}

func TestUnreachable(t *testing.T) {
	base := dirFor(t)
	linuxtest.Must(t, os.MkdirAll(base+"/closed/mod", 0o755))
	linuxtest.Must(t, os.Chmod(base+"/closed", 0o750))
	if got := unreachable(base+"/closed/mod", linuxtest.Group); got == "" {
		t.Error("every directory lets the group through")
	}
	linuxtest.Must(t, os.Chown(base+"/closed", 0, linuxtest.Group))
	if got := unreachable(base+"/closed/mod", linuxtest.Group); got == base+"/closed" {
		t.Error("its own group does not get through")
	}
}
