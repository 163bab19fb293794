//go:build unix

package fsinfo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const stranger = 43330

// Each element of the way counts, also those to which links lead.
func TestTrusted(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(dir string) error // of dir/a/b/c, all of them 0755
		want   bool
	}{
		{"ours", func(string) error { return nil }, true},
		{"closed", func(dir string) error { return os.Chmod(dir+"/a/b/c", 0o555) }, true},
		{"for all to write", func(dir string) error { return os.Chmod(dir+"/a/b/c", 0o757) }, false},
		{"sticky", func(dir string) error { return os.Chmod(dir+"/a/b/c", 0o777|fs.ModeSticky) }, false},
		{"for the group to write", func(dir string) error { return os.Chmod(dir+"/a/b/c", 0o775) }, false},
		{"missing", func(dir string) error { return os.Remove(dir + "/a/b/c") }, false},
		{"in a directory for all to write", func(dir string) error { return os.Chmod(dir+"/a/b", 0o777) }, false},
		{"in a sticky one", func(dir string) error { return os.Chmod(dir+"/a/b", 0o777|fs.ModeSticky) }, true},
		{"below one for all to write", func(dir string) error { return os.Chmod(dir+"/a", 0o777) }, false},
		{"of another user", func(dir string) error { return os.Chown(dir+"/a/b/c", stranger, -1) }, false},
		{"below one of another user", func(dir string) error { return os.Chown(dir+"/a", stranger, -1) }, false},
		{"by a link", func(dir string) error { return swap(dir+"/a/b/c", dir+"/c") }, true},
		{"by a relative link", func(dir string) error { return swap(dir+"/a/b/c", "../../c") }, true},
		{"by a link of another user", func(dir string) error {
			return errors.Join(swap(dir+"/a/b/c", dir+"/c"), os.Lchown(dir+"/a/b/c", stranger, -1))
		}, false},
		{"by a link to another user's", func(dir string) error {
			return errors.Join(swap(dir+"/a/b/c", dir+"/c"), os.Chown(dir+"/c", stranger, -1))
		}, false},
		{"by a link to a file", func(dir string) error {
			return errors.Join(os.WriteFile(dir+"/file", nil, 0o644), swap(dir+"/a/b/c", dir+"/file"))
		}, false},
		{"by links in a circle", func(dir string) error { return swap(dir+"/a/b/c", "c") }, false},
	} {
		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for _, sub := range []string{"a", "a/b", "a/b/c", "c"} {
			sub = filepath.Join(dir, sub)
			if err := errors.Join(os.Mkdir(sub, 0o755), os.Chmod(sub, 0o755)); err != nil {
				t.Fatal(err)
			}
		}
		switch err := tt.change(dir); {
		case errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0:
			t.Logf("%s: needs root", tt.name)
		case err != nil:
			t.Fatal(err)
		case Trusted(dir+"/a/b/c") != tt.want:
			t.Errorf("%s: %t", tt.name, !tt.want)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("the rest needs root")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o775); err != nil {
		t.Fatal(err)
	}
	if sub := dir + "/sub"; os.Mkdir(sub, 0o755) != nil || Trusted(sub) {
		t.Error("root's directory on the way, for a group to write")
	}
}

// swap puts a link in the place of a directory.
func swap(dir, target string) error {
	return errors.Join(os.Remove(dir), os.Symlink(target, dir))
}
