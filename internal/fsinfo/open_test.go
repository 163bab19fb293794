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

// A node is a directory or a link on a way.
type node struct {
	path     string
	uid, gid int
	mode     uint32
	target   string // of a link; "" for a directory
}

func dir(path string, uid int, mode uint32) node      { return node{path, uid, uid, mode, ""} }
func groupDir(path string, gid int, mode uint32) node { return node{path, 0, gid, mode, ""} }
func link(path string, uid int, target string) node   { return node{path, uid, uid, 0, target} }

func build(t *testing.T, base string, nodes []node) {
	t.Helper()
	for _, n := range nodes {
		path := filepath.Join(base, n.path)
		var err error
		if n.target != "" {
			err = os.Symlink(strings.ReplaceAll(n.target, "BASE", base), path)
		} else {
			err = os.Mkdir(path, 0o700)
		}
		err = errors.Join(err, os.Lchown(path, n.uid, n.gid))
		if n.target == "" {
			err = errors.Join(err, unix.Chmod(path, n.mode))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestCheck tries the rule on ways: which ones are good for root, and which element is to blame for one that is not.
func TestCheck(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the rule is about root")
	}
	forAnn, forDevs, alone := Receiver{UIDs: []int{ann}}, Receiver{UIDs: []int{ann}, GIDs: []int{devs}}, Receiver{}
	for _, tt := range []struct {
		name   string
		way    []node
		open   string
		r      Receiver
		blamed string // "" where the way is good
	}{
		{"a user's own folders", []node{dir("h", ann, 0o755), dir("h/c", ann, 0o755)}, "h/c", forAnn, ""},
		{"another user's folder", []node{dir("h", bob, 0o755), dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"a user's folder, for root alone", []node{dir("h", ann, 0o755), dir("h/c", 0, 0o755)}, "h/c", alone, "h"},
		{"open to everyone", []node{dir("h", 0, 0o777), dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"the directory itself may be open", []node{dir("h", 0, 0o755), dir("h/c", 0, 0o777)}, "h/c", forAnn, ""},
		{"sticky", []node{dir("h", 0, 0o1777), dir("h/c", ann, 0o755)}, "h/c", forAnn, ""},
		{"sticky, and the next another user's",
			[]node{dir("h", 0, 0o1777), dir("h/c", bob, 0o755)},
			"h/c", forAnn, "h"},
		{"another user's sticky folder", []node{dir("h", bob, 0o1777), dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"the group that shares", []node{groupDir("h", devs, 0o2775), dir("h/c", ann, 0o755)}, "h/c", forDevs, ""},
		{"a group of others", []node{groupDir("h", devs, 0o2775), dir("h/c", ann, 0o755)}, "h/c", forAnn, "h"},
		{"root's group, in which is root alone",
			[]node{groupDir("h", 0, 0o775), dir("h/c", ann, 0o755)},
			"h/c", forAnn, ""},
		{"root's link", []node{link("l", 0, "h"), dir("h", 0, 0o755), dir("h/c", ann, 0o755)}, "l/c", forAnn, ""},
		{"a user's link to her own",
			[]node{dir("h", ann, 0o755), dir("d", ann, 0o755), link("h/l", ann, "../d")},
			"h/l", forAnn, ""},
		{"a user's link to root's",
			[]node{dir("h", ann, 0o755), dir("d", 0, 0o755), link("h/l", ann, "BASE/d")},
			"h/l", forAnn, "h/l"},
		{"on the way to root's",
			[]node{dir("h", ann, 0o755), dir("d", 0, 0o755), dir("d/c", 0, 0o755), link("h/l", ann, "../d")},
			"h/l/c", forAnn, "h/l"},
		{"root's link in a user's folder",
			[]node{dir("h", ann, 0o755), dir("d", 0, 0o755), link("h/l", 0, "../d")},
			"h/l", forAnn, "h/l"},
		{"root's link that others may replace",
			[]node{groupDir("h", devs, 0o775), dir("d", ann, 0o755), link("h/l", 0, "../d")},
			"h/l", forDevs, "h/l"},
		{"root's link in a sticky folder",
			[]node{dir("h", 0, 0o1777), dir("d", ann, 0o755), link("h/l", 0, "../d")},
			"h/l", forAnn, ""},
		{"the way of a link's target counts",
			[]node{dir("h", 0, 0o755), dir("x", bob, 0o755), dir("x/d", ann, 0o755), link("h/l", 0, "../x/d")},
			"h/l", forAnn, "x"},
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

// Up opens the parent of the directory that was opened, and Root opens no other directory, whatever the path names
// by now.
func TestUp(t *testing.T) {
	base := t.TempDir()
	self := os.Geteuid()
	build(t, base, []node{dir("a", self, 0o755), dir("a/c", self, 0o755), dir("b", self, 0o755)})
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
	self := os.Geteuid()
	build(t, base, []node{dir("a", self, 0o755), link("loop", self, "loop"), link("none", self, "nothing")})
	if err := os.WriteFile(base+"/file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		"a": nil, "a/../a/": nil, "loop": unix.ELOOP, "none": unix.ENOENT, "no/x": unix.ENOENT,
		"file": unix.ENOTDIR, "file/x": unix.ENOTDIR,
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
