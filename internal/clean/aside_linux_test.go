package clean_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/clean"
	"golang.org/x/sys/unix"
)

// makeFiles makes empty files below dir, with their directories.
func makeFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		file := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, os.WriteFile(file, nil, 0o644))
	}
}

// openDir makes a directory that other users reach.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "clean-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}

// files lists the files below dir.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	}))
	slices.Sort(list)
	return list
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := files(t, dir); !slices.Equal(got, want) {
		t.Errorf("in %s: %q, want %q", filepath.Base(dir), got, want)
	}
}

// asUser lets the test go on as another user, if it runs as root, until it ends.
func asUser(t *testing.T, uid int) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	must(t, syscall.Setresuid(uid, uid, 0))
	t.Cleanup(func() { must(t, syscall.Setresuid(0, 0, 0)) })
}

const user = 4391 // some uid

// ownCache makes a folder with a module cache in it, and goes on as its owner. The extracted module is read-only.
func ownCache(t *testing.T) (dir string) {
	t.Helper()
	top := openDir(t)
	dir = filepath.Join(top, "mod")
	if os.Geteuid() == 0 {
		must(t, os.Chown(top, user, user))
	}
	asUser(t, user)
	makeFiles(t, dir, "m@v1/go.mod", "cache/download/m/@v/v1.zip", "a.b/c@v1/c.go")
	must(t, os.Chmod(filepath.Join(dir, "m@v1"), 0o555))
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "m@v1"), 0o755) })
	return dir
}

// The cache is set aside as a whole. When the go command has removed what it found, it is deleted, also what is
// read-only.
func TestModCacheRemoved(t *testing.T) {
	dir := ownCache(t)
	must(t, os.Chmod(dir, 0o750))
	aside, err := clean.ModCache(dir, free)
	must(t, err)
	if fi, err := os.Stat(dir); err != nil || fi.Mode() != 0o750|fs.ModeDir {
		t.Errorf("in the place of the cache: %v, %v", fi, err)
	}
	wantFiles(t, dir)
	if aside.Removed() {
		t.Error("nobody has removed it")
	}
	must(t, os.Remove(dir))
	makeFiles(t, dir, "n@v1/go.mod") // of a build that did not wait
	if !aside.Removed() {
		t.Error("it was removed")
	}
	must(t, aside.Delete(free))
	wantFiles(t, filepath.Dir(dir), "mod/n@v1/go.mod")
}

// What the go command did not remove comes back, beside what others have made meanwhile.
func TestModCacheRestored(t *testing.T) {
	dir := ownCache(t)
	aside, err := clean.ModCache(dir, free)
	must(t, err)
	makeFiles(t, dir, "n@v1/go.mod", "m@v1/other", "cache/download/m/@v/v1.zip", "cache/download/m/@v/v2.zip")
	if aside.Removed() {
		t.Error("nobody has removed it")
	}
	must(t, aside.Restore())
	wantFiles(t, filepath.Dir(dir), "mod/m@v1/go.mod", "mod/cache/download/m/@v/v1.zip", "mod/a.b/c@v1/c.go",
		"mod/n@v1/go.mod", "mod/cache/download/m/@v/v2.zip")
	if fi, err := os.Stat(filepath.Join(dir, "m@v1")); err != nil || fi.Mode().Perm() != 0o555 {
		t.Errorf("m@v1: %v, %v", fi, err)
	}
}

// Where the parent is not writable, the entries are set aside one by one.
func TestEntries(t *testing.T) {
	for _, removed := range []bool{true, false} {
		t.Run(fmt.Sprintf("removed %t", removed), func(t *testing.T) {
			dir := ownCache(t)
			parent := filepath.Dir(dir)
			must(t, os.Chmod(parent, 0o555))
			defer os.Chmod(parent, 0o755)
			aside, err := clean.ModCache(dir, free)
			must(t, err)
			if filepath.Dir(aside.Folder()) != dir {
				t.Errorf("set aside in %s", aside.Folder())
			}
			if removed { // what the go command does: all in the cache, and what we have set aside is in there, too
				must(t, os.Remove(filepath.Join(dir, "cache")))
			}
			makeFiles(t, dir, "n@v1/go.mod")
			if aside.Removed() != removed {
				t.Errorf("removed: %t, want %t", !removed, removed)
			}
			if removed {
				must(t, aside.Delete(free))
				wantFiles(t, dir, "n@v1/go.mod")
				return
			}
			must(t, aside.Restore())
			wantFiles(t, dir, "m@v1/go.mod", "cache/download/m/@v/v1.zip", "a.b/c@v1/c.go", "n@v1/go.mod")
		})
	}
}

// There is nothing to set aside of a cache that is missing, a file, a link or, where it stays in its place, empty.
func TestNothing(t *testing.T) {
	dir := t.TempDir()
	makeFiles(t, dir, "file", "mod/file")
	must(t, os.Symlink("mod", filepath.Join(dir, "link")))
	for _, name := range []string{"missing", "file", "link"} {
		if aside, err := clean.ModCache(filepath.Join(dir, name), free); aside != nil || err != nil {
			t.Errorf("%s: %v, %v", name, aside, err)
		}
	}
	for _, name := range []string{"missing", "mod"} {
		if aside, err := clean.BuildCache(filepath.Join(dir, name), true, true, free); aside != nil || err != nil {
			t.Errorf("build cache %s: %v, %v", name, aside, err)
		}
	}
	wantFiles(t, dir, "file", "link", "mod/file")
}

// Of a build cache only what go clean removes is set aside.
func TestBuildCache(t *testing.T) {
	for _, c := range []struct {
		buckets, fuzz bool
		stays         []string
	}{
		{true, false, []string{"README", "fuzz/m/1", "gg/x"}},
		{false, true, []string{"00/a-d", "ff/b-a", "README", "gg/x"}},
		{true, true, []string{"README", "gg/x"}},
		{false, false, []string{"00/a-d", "ff/b-a", "README", "fuzz/m/1", "gg/x"}},
	} {
		dir := t.TempDir()
		makeFiles(t, dir, "00/a-d", "ff/b-a", "README", "fuzz/m/1", "gg/x")
		aside, err := clean.BuildCache(dir, c.buckets, c.fuzz, free)
		must(t, err)
		wantFiles(t, withoutFolders(t, dir, aside), c.stays...)
		if aside != nil {
			must(t, aside.Restore())
		}
		wantFiles(t, dir, "00/a-d", "ff/b-a", "README", "fuzz/m/1", "gg/x")
		if aside, err = clean.BuildCache(dir, c.buckets, c.fuzz, free); err == nil && aside != nil {
			must(t, aside.Delete(free))
		}
		wantFiles(t, dir, c.stays...)
	}
}

// withoutFolders copies the names below dir that are not in the folder of the Aside to a new directory.
func withoutFolders(t *testing.T, dir string, aside *clean.Aside) string {
	t.Helper()
	copied := t.TempDir()
	for _, name := range files(t, dir) {
		if aside == nil || !strings.HasPrefix(filepath.Join(dir, name), aside.Folder()+"/") {
			makeFiles(t, copied, name)
		}
	}
	return copied
}

// A mount in a cache would move along with it: the cache stays.
func TestMountStays(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	if os.Getenv("CLEAN_TEST_MOUNT") == "" {
		// A thread with mounts of its own would not do: /proc/self/mountinfo is that of the process's first thread.
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestMountStays$")
		cmd.Env = append(os.Environ(), "CLEAN_TEST_MOUNT=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
		if out, err := cmd.CombinedOutput(); errors.Is(err, unix.EPERM) {
			t.Skip("no mount namespaces")
		} else if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	makeFiles(t, dir, "00/a-d")
	must(t, unix.Mount("tmpfs", filepath.Join(dir, "00"), "tmpfs", 0, ""))
	defer unix.Unmount(filepath.Join(dir, "00"), unix.MNT_DETACH)
	for what, set := range map[string]func() (*clean.Aside, error){
		"module cache": func() (*clean.Aside, error) { return clean.ModCache(dir, free) },
		"build cache":  func() (*clean.Aside, error) { return clean.BuildCache(dir, true, true, free) },
	} {
		if aside, err := set(); aside != nil || err == nil || !strings.Contains(err.Error(), dir+"/00") {
			t.Errorf("%s: %v, %v", what, aside, err)
		}
	}
}

// Sweep deletes folders that have the name, belong to this user and are not locked.
func TestSweep(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "mod")
	makeFiles(t, dir, "go-safe-clean-1/a@v1/x", "go-safe-clean-2/x", "m@v1/go.mod")
	makeFiles(t, dir, "go-safe-clean-/x", "go-safe-clean-3a/x") // no names that Sweep knows
	makeFiles(t, top, "mod.go-safe-clean-4/x", "other.go-safe-clean-5/x", "mod.go-safe-clean-6")
	must(t, os.Chmod(filepath.Join(dir, "go-safe-clean-1/a@v1"), 0o555))
	stays := []string{"mod/go-safe-clean-2/x", "mod/go-safe-clean-/x", "mod/go-safe-clean-3a/x", "mod/m@v1/go.mod",
		"other.go-safe-clean-5/x", "mod.go-safe-clean-6"}
	if os.Geteuid() == 0 {
		makeFiles(t, top, "mod.go-safe-clean-7/x")
		must(t, os.Chown(filepath.Join(top, "mod.go-safe-clean-7"), user, user))
		stays = append(stays, "mod.go-safe-clean-7/x")
	}
	locked := filepath.Join(dir, "go-safe-clean-2")
	failed := clean.Sweep(dir, func(folder string) (func(), bool) { return func() {}, folder != locked })
	if len(failed) > 0 {
		t.Errorf("failed: %v", failed)
	}
	wantFiles(t, top, stays...)
}

// A user removes empty folders that root has left, and nothing else of root's.
func TestSweepOfRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	top := openDir(t)
	dir := filepath.Join(top, "mod")
	makeFiles(t, top, "mod.go-safe-clean-1/x")
	for _, name := range []string{"mod.go-safe-clean-1", "mod.go-safe-clean-2"} {
		must(t, os.MkdirAll(filepath.Join(top, name), 0o755))
		must(t, os.Chmod(filepath.Join(top, name), 0o700))
	}
	must(t, os.Chown(top, user, user))
	asUser(t, user)
	if failed := clean.Sweep(dir, free); len(failed) > 0 {
		t.Errorf("failed: %v", failed)
	}
	list, err := os.ReadDir(top)
	if err != nil || len(list) != 1 || list[0].Name() != "mod.go-safe-clean-1" {
		t.Errorf("left: %v, %v", list, err)
	}
}

// A clean would stop at directories that only another user can empty. Extracted modules are not looked into.
func TestFindUndeletable(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := openDir(t)
	makeFiles(t, dir, "m@v1/sub/x", "open/x", "sticky/x", "empty/x", "closed/x", "own@v1/roots/x")
	must(t, os.Remove(filepath.Join(dir, "empty/x")))
	for name, mode := range map[string]fs.FileMode{
		"open": 0o777, "sticky": 0o777 | fs.ModeSticky, "empty": 0o755, "closed": 0o700, "m@v1": 0o555,
	} {
		must(t, os.Chmod(filepath.Join(dir, name), mode))
	}
	for _, name := range []string{"", "own@v1"} {
		must(t, os.Chown(filepath.Join(dir, name), user, user))
	}
	if found := clean.FindUndeletable(dir); found.Count != 0 {
		t.Errorf("root cannot empty %+v", found)
	}
	asUser(t, user)
	found := clean.FindUndeletable(dir)
	if found.Count != 3 || found.First != filepath.Join(dir, "closed") || !slices.Equal(found.Owners, []int{0}) {
		t.Errorf("found %+v, want closed, m@v1 and sticky, all root's", found)
	}
}
