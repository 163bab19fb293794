//go:build unix

package install

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	testDir   = "/opt/x/bin"
	longerDir = "/opt/a/much/longer/name/bin"
)

func addTest(dir string) func(text string, made bool) string {
	return func(text string, made bool) string { return withBlock(text, ".profile", dir, made) }
}

func removeTest(text string, _ bool) string {
	rest, _ := withoutBlock(text, testDir)
	return rest
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
}

// want compares the text of a file, and looks for what was left beside it.
func want(t *testing.T, path, text string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text {
		t.Errorf("%v\n%s\nwant:\n%s", err, got, text)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), tempPrefix+"*")); left != nil {
		t.Errorf("left: %s", left)
	}
}

// A process that was killed in the middle leaves the old text whole, because a text that is not only longer comes in a
// file of its own. Owner, mode and links stay.
func TestReplace(t *testing.T) {
	old := "a\n" + blockFor(".profile", testDir) + "b\n"
	for name, tt := range map[string]struct {
		edit func(string, bool) string
		text string
	}{
		"remove": {removeTest, "a\nb\n"},
		"longer": {addTest(longerDir), "a\nb\n" + blockFor(".profile", longerDir)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file, link := filepath.Join(dir, "profile"), filepath.Join(dir, "home", ".profile")
			writeFile(t, file, old)
			if os.Geteuid() == 0 {
				if err := os.Chown(file, 0, 43377); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(os.Mkdir(filepath.Dir(link), 0o755), os.Symlink("../profile", link)); err != nil {
				t.Fatal(err)
			}
			before, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer before.Close()
			if removed, err := rewrite(startFile{path: link}, tt.edit); removed || err != nil {
				t.Fatal(removed, err)
			}
			want(t, file, tt.text)
			if text, err := io.ReadAll(before); err != nil || string(text) != old {
				t.Errorf("the old file was changed: %v\n%s", err, text)
			}
			if target, err := os.Readlink(link); err != nil || target != "../profile" {
				t.Error(target, err)
			}
			fi, err := os.Stat(file)
			was, _ := before.Stat()
			if err != nil || fi.Mode() != was.Mode() || fi.Sys().(*syscall.Stat_t).Gid != was.Sys().(*syscall.Stat_t).Gid {
				t.Error(fi, was, err)
			}
		})
	}
}

// A file with two names keeps them.
func TestHardLink(t *testing.T) {
	file := filepath.Join(t.TempDir(), "profile")
	writeFile(t, file, blockFor(".profile", testDir)+"b\n")
	if err := os.Link(file, file+"2"); err != nil {
		t.Fatal(err)
	}
	if _, err := rewrite(startFile{path: file}, removeTest); err != nil {
		t.Fatal(err)
	}
	want(t, file, "b\n")
	want(t, file+"2", "b\n")
}

// A line that another program adds meanwhile stays. A program that never stops is told of.
func TestMeanwhile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "profile")
	block := blockFor(".profile", testDir)
	for name, tt := range map[string]struct {
		old  string
		edit func(string, bool) string
		text string
	}{
		"add":     {"a\n", addTest(testDir), "a\nmine\n" + block},
		"move":    {block + "a\n", addTest(testDir), "a\nmine\n" + block},
		"remove":  {block + "a\n", removeTest, "a\nmine\n"},
		"made":    {strings.Replace(block, beginLine, beginLine+madeLine, 1), removeTest, "mine\n"},
		"missing": {"", addTest(testDir), "mine\n" + block},
	} {
		t.Run(name, func(t *testing.T) {
			os.Remove(file)
			if tt.old != "" {
				writeFile(t, file, tt.old)
			}
			times := 1
			edit := func(text string, made bool) string {
				if times--; times >= 0 {
					f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
					if err != nil {
						t.Fatal(err)
					}
					f.WriteString("mine\n")
					f.Close()
				}
				return tt.edit(text, made)
			}
			if removed, err := rewrite(startFile{path: file, make: true}, edit); removed || err != nil {
				t.Error(removed, err)
			}
			want(t, file, tt.text)

			writeFile(t, file, block+"a\n")
			times = 100
			if _, err := rewrite(startFile{path: file}, edit); !errors.Is(err, errChanged) {
				t.Error(err)
			}
			want(t, file, block+"a\nmine\nmine\nmine\n")
		})
	}
}

// Nothing waits for a pipe or reads a device to its end.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	pipe, zero, large := filepath.Join(dir, "pipe"), filepath.Join(dir, "zero"), filepath.Join(dir, "large")
	err := errors.Join(unix.Mkfifo(pipe, 0o600), os.Symlink("/dev/zero", zero), os.WriteFile(large, nil, 0o600),
		os.Truncate(large, 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		pipe: "it is not a regular file", zero: "it is not a regular file", large: "it is larger than 1 MB",
	} {
		if _, err := rewrite(startFile{path: file, make: true}, addTest(testDir)); err == nil || err.Error() != want {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// No umask lets others write to a new file, at no time. One for all users can be read by them, whatever the umask is.
func TestNewMode(t *testing.T) {
	for _, tt := range []struct {
		umask      int
		mode, want os.FileMode
	}{
		{0, 0, 0o644}, // that of the file when it is made
		{0o077, 0, 0o600},
		{0, 0o644, 0o644},
		{0o077, 0o644, 0o644},
	} {
		f := startFile{mode: tt.mode}
		old := unix.Umask(tt.umask)
		to, err := f.create(filepath.Join(t.TempDir(), "new"))
		unix.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		fi, err := to.Stat()
		to.Close()
		if err != nil || fi.Mode() != tt.want {
			t.Error(tt, fi.Mode(), err)
		}
	}
}

// Root changes no file that another user could have put there.
func TestNotRoots(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	const user = 43377
	root, users, sticky := filepath.Join(dir, "root"), filepath.Join(dir, "user"), filepath.Join(dir, "sticky")
	victim := filepath.Join(root, "victim")
	for _, d := range []string{dir, root, users, sticky} {
		os.Mkdir(d, 0o755)
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target string, name ...string) string {
		path := filepath.Join(name...)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := func(mode os.FileMode, name ...string) string {
		path := filepath.Join(name...)
		writeFile(t, path, "whole\n")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	of := func(uid int, path string) string {
		if err := os.Lchown(path, uid, 0); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file(0o644, victim)
	of(user, users)
	if err := os.Chmod(sticky, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a file in a folder of another user":       file(0o644, users, "file"),
		"a new file in a folder of another user":   filepath.Join(users, "new"),
		"a new folder in a folder of another user": filepath.Join(users, "new", "file"),
		"a link in a folder of another user":       of(user, link(victim, users, "link")),
		"a dangling link":                          of(user, link(filepath.Join(root, "new"), users, "dangling")),
		"a link of root in such a folder":          link(victim, users, "roots"),
		"a link of root into such a folder":        link(filepath.Join(users, "file"), root, "into"),
		"a link of another user":                   of(user, link(victim, root, "link")),
		"a file of another user":                   of(user, file(0o644, root, "theirs")),
		"a file that others may write to":          file(0o646, root, "others"),
		"a file that a group may write to":         file(0o664, root, "group"),
		"a file in a sticky folder":                file(0o644, sticky, "file"),
		"a new file in a sticky folder":            filepath.Join(sticky, "new"),
		"a folder that a link leads to":            filepath.Join(of(user, link(root, sticky, "link")), "victim"),
	} {
		was, before := os.ReadFile(path)
		_, err := rewrite(startFile{path: path, make: true}, addTest(testDir))
		now, after := os.ReadFile(path)
		if !errors.Is(err, errNotRoots) || string(now) != string(was) || (before == nil) != (after == nil) {
			t.Errorf("%s: %v, changed to:\n%s", name, err, now)
		}
	}
	want(t, victim, "whole\n")
	for _, path := range []string{victim, link(victim, root, "good"), filepath.Join(root, "new", "file")} {
		if _, err := rewrite(startFile{path: path, make: true}, addTest(testDir)); err != nil && !errors.Is(err, errSame) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
