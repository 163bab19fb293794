//go:build unix

package fsinfo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Users and a group of the tests. None has an entry in /etc/passwd or /etc/group.
const (
	ann  = 4341
	bob  = 4342
	devs = 4340
)

// A thing is a directory or link on a way, made by its owner.
type thing struct {
	path     string
	uid, gid int
	mode     uint32
	link     string // target, "" for a directory
}

func dir(path string, uid int, mode uint32) thing { return thing{path, uid, uid, mode, ""} }

func build(t *testing.T, base string, things []thing) {
	t.Helper()
	for _, th := range things {
		path := filepath.Join(base, th.path)
		var err error
		if th.link != "" {
			err = os.Symlink(strings.ReplaceAll(th.link, "BASE", base), path)
		} else {
			err = os.Mkdir(path, 0o700)
		}
		err = errors.Join(err, os.Lchown(path, th.uid, th.gid))
		if th.link == "" {
			err = errors.Join(err, unix.Chmod(path, th.mode))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The rule, way by way: what root acts on and what it leaves alone, and which element is to blame.
func TestCheck(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the rule is about root")
	}
	forAnn, forDevs, alone := Receiver{UIDs: []int{ann}}, Receiver{UIDs: []int{ann}, GIDs: []int{devs}}, Receiver{}
	for _, tt := range []struct {
		name   string
		way    []thing
		open   string
		r      Receiver
		blamed string // "" where the way is good
	}{
		{"a user's own folders", []thing{dir("h", ann, 0o755), dir("h/c", ann, 0o755)}, "h/c", forAnn, ""},
		{"another user's folder", []thing{dir("h", bob, 0o755), dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"a user's folder, for root alone", []thing{dir("h", ann, 0o755), dir("h/c", 0, 0o755)}, "h/c", alone, "h"},
		{"open to everyone", []thing{dir("h", 0, 0o777), dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"the directory itself may be open", []thing{dir("h", 0, 0o755), dir("h/c", 0, 0o777)}, "h/c", forAnn, ""},
		{"sticky", []thing{dir("h", 0, 0o1777), dir("h/c", ann, 0o755)}, "h/c", forAnn, ""},
		{"sticky, and the next another user's", []thing{dir("h", 0, 0o1777), dir("h/c", bob, 0o755)}, "h/c", forAnn, "h"},
		{"another user's sticky folder", []thing{dir("h", bob, 0o1777), dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"the group that shares", []thing{{"h", 0, devs, 0o2775, ""}, dir("h/c", ann, 0o755)}, "h/c", forDevs, ""},
		{"a group of others", []thing{{"h", 0, devs, 0o2775, ""}, dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"root's group, in which is root alone", []thing{{"h", 0, 0, 0o775, ""}, dir("h/c", ann, 0o755)}, "h/c", forAnn, ""},
		{"root's link", []thing{{"l", 0, 0, 0, "h"}, dir("h", 0, 0o755), dir("h/c", ann, 0o755)}, "l/c", forAnn, ""},
		{"a user's link to her own", []thing{dir("h", ann, 0o755), dir("d", ann, 0o755), {"h/l", ann, ann, 0, "../d"}}, "h/l", forAnn, ""},
		{"a user's link to root's", []thing{dir("h", ann, 0o755), dir("d", 0, 0o755), {"h/l", ann, ann, 0, "BASE/d"}}, "h/l", forAnn, "h/l"},
		{"on the way to root's", []thing{dir("h", ann, 0o755), dir("d", 0, 0o755), dir("d/c", 0, 0o755), {"h/l", ann, ann, 0, "../d"}}, "h/l/c", forAnn, "h/l"},
		{"root's link in a user's folder", []thing{dir("h", ann, 0o755), dir("d", 0, 0o755), {"h/l", 0, 0, 0, "../d"}}, "h/l", forAnn, "h/l"},
		{"root's link that others may replace", []thing{{"h", 0, devs, 0o775, ""}, dir("d", ann, 0o755), {"h/l", 0, 0, 0, "../d"}}, "h/l", forDevs, "h/l"},
		{"root's link in a sticky folder", []thing{dir("h", 0, 0o1777), dir("d", ann, 0o755), {"h/l", 0, 0, 0, "../d"}}, "h/l", forAnn, ""},
		{"the way of a link's target counts", []thing{dir("h", 0, 0o755), dir("x", bob, 0o755), dir("x/d", ann, 0o755), {"h/l", 0, 0, 0, "../x/d"}}, "h/l", forAnn, "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base := t.TempDir()
			build(t, base, tt.way)
			d, err := OpenDir(filepath.Join(base, tt.open))
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			err = d.Check(tt.r)
			var way *WayError
			switch {
			case tt.blamed == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.blamed != "" && (!errors.As(err, &way) || way.Element != filepath.Join(base, tt.blamed)):
				t.Errorf("got %v, want %s to be blamed", err, tt.blamed)
			}
		})
	}
}

// Parents are those of the directory that was opened, whatever its path names by now.
func TestUp(t *testing.T) {
	base := t.TempDir()
	build(t, base, []thing{dir("a", os.Geteuid(), 0o755), dir("a/c", os.Geteuid(), 0o755), dir("b", os.Geteuid(), 0o755)})
	d, err := OpenDir(base + "/a/c")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := os.Rename(base+"/a/c", base+"/b/c"); err != nil {
		t.Fatal(err)
	}
	up, err := d.Up()
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	have, _ := statOf(up.FD())
	want, err := statAt(unix.AT_FDCWD, base+"/b")
	if err != nil || have != want {
		t.Errorf("the parent is %+v, want %+v, %v", have, want, err)
	}
	if root, err := d.Root(); !errors.Is(err, os.ErrNotExist) {
		root.Close()
		t.Errorf("Root: %v", err)
	}
	if err := os.Mkdir(base+"/a/c", 0o755); err != nil {
		t.Fatal(err)
	}
	if root, err := d.Root(); !errors.Is(err, ErrReplaced) {
		root.Close()
		t.Errorf("Root: %v", err)
	}
}

func TestOpenDir(t *testing.T) {
	base := t.TempDir()
	build(t, base, []thing{dir("a", os.Geteuid(), 0o755), {"loop", os.Geteuid(), os.Getegid(), 0, "loop"}, {"none", os.Geteuid(), os.Getegid(), 0, "nothing"}})
	if err := os.WriteFile(base+"/file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		"a": nil, "a/../a/": nil, "loop": unix.ELOOP, "none": unix.ENOENT, "file": unix.ENOTDIR, "file/x": unix.ENOTDIR, "no/x": unix.ENOENT,
	} {
		d, err := OpenDir(base + "/" + path)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
		if err == nil {
			d.Close()
		}
	}
	if _, err := OpenDir("a"); err == nil {
		t.Error("a relative path was opened")
	}
}
