//go:build unix

package fsinfo

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"
)

func TestOfRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	home := t.TempDir()
	if err := errors.Join(os.MkdirAll(home+"/a/b/c", 0o755), os.Chown(home+"/a/b", ann, ann),
		os.Symlink("a", home+"/link"), os.Chown(home, ann, ann)); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string][]string{
		home + "/a/b/c/d": {home + "/a", home + "/a/b/c"}, home + "/a/": {home + "/a"},
		home + "/link/b": nil, home: nil, "/": nil,
	} {
		if got := OfRoot(home, dir); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", dir, got, want)
		}
	}
	if OwnerOf(home) != ann || OwnerOf(home+"/none") != -1 {
		t.Error("OwnerOf")
	}
}

func TestFileMode(t *testing.T) {
	for m, want := range map[uint32]fs.FileMode{
		0o100644: 0o644, 0o042775: fs.ModeDir | fs.ModeSetgid | 0o775, 0o104755: fs.ModeSetuid | 0o755,
		0o041777: fs.ModeDir | fs.ModeSticky | 0o777, 0o120777: fs.ModeIrregular | 0o777,
	} {
		if got := FileMode(m); got != want || SystemMode(got) != m&0o7777 {
			t.Errorf("%o: %v, and back %o", m, got, SystemMode(got))
		}
	}
}
