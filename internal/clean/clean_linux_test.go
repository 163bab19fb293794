package clean_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"github.com/go-safe/go-safe/internal/clean"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

func free(string) (release func(), free bool) { return func() {}, true }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A module cache that is set aside entry by entry loses its folder cache last. If the clean is interrupted before
// that, the go command makes the rest from the zip files in there.
func TestCacheGoesLast(t *testing.T) {
	linuxtest.OwnMounts(t)
	dir := filepath.Join(t.TempDir(), "mod")
	must(t, os.MkdirAll(filepath.Join(dir, "cache", "download"), 0o755))
	must(t, unix.Mount(dir, dir, "", unix.MS_BIND, "")) // a mount point cannot be renamed
	defer unix.Unmount(dir, unix.MNT_DETACH)
	for i := 0; last(t, dir) == "cache" || i < 10; i++ {
		must(t, os.Mkdir(filepath.Join(dir, fmt.Sprintf("example%d.com", i)), 0o755))
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	must(t, err)
	defer unix.Close(fd)
	_, err = unix.InotifyAddWatch(fd, dir, unix.IN_MOVED_FROM)
	must(t, err)
	aside, err := clean.ModCache(dir, free)
	if err != nil || aside == nil {
		t.Fatalf("nothing is set aside: %v", err)
	}
	moved := names(t, fd)
	if len(moved) < 11 || moved[len(moved)-1] != "cache" {
		t.Errorf("moved in this order: %q", moved)
	}
	must(t, aside.Delete(free))
}

// Without a placeholder nobody can tell whether the go command removed the cache, or failed so that the cache is to
// be put back. Then nothing is set aside.
func TestNoPlaceholder(t *testing.T) {
	linuxtest.OwnMounts(t)
	dir := filepath.Join(t.TempDir(), "mod")
	file := filepath.Join(dir, "cache", "download", "list")
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, nil, 0o644))
	must(t, unix.Mount(dir, dir, "", unix.MS_BIND, ""))
	defer unix.Unmount(dir, unix.MNT_DETACH)
	lost := func(folder string) (func(), bool) {
		placeholders, _ := filepath.Glob(folder + "/*") // none in the folder beside the cache, which is tried first
		for _, dir := range placeholders {
			must(t, os.Remove(dir))
		}
		return func() {}, true
	}
	aside, err := clean.ModCache(dir, lost)
	if err == nil || aside != nil {
		t.Errorf("set aside: %t, %v", aside != nil, err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("in the cache: %v, %v", list, err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// last returns the last name in a directory, as the system lists it.
func last(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Open(dir)
	must(t, err)
	defer f.Close()
	list, err := f.Readdirnames(-1)
	must(t, err)
	return list[len(list)-1]
}

// names returns the names in the pending events of inotify.
func names(t *testing.T, fd int) (list []string) {
	t.Helper()
	buf := make([]byte, 64<<10)
	n, err := unix.Read(fd, buf)
	must(t, err)
	for buf = buf[:n]; len(buf) > 0; {
		event := (*unix.InotifyEvent)(unsafe.Pointer(&buf[0]))
		end := unix.SizeofInotifyEvent + int(event.Len)
		list = append(list, string(bytes.TrimRight(buf[unix.SizeofInotifyEvent:end], "\x00")))
		buf = buf[end:]
	}
	return list
}

// If something is mounted in a folder that is to be deleted, its files stay, and so does the folder.
func TestOtherDeviceStays(t *testing.T) {
	linuxtest.OwnMounts(t)
	for _, how := range []string{"delete", "sweep"} {
		dir := filepath.Join(t.TempDir(), "mod")
		must(t, os.MkdirAll(filepath.Join(dir, "example.com", "m@v1.0.0"), 0o755))
		aside, err := clean.ModCache(dir, free)
		if err != nil || aside == nil {
			t.Fatalf("nothing is set aside: %v", err)
		}
		mounted := filepath.Join(aside.Folder(), "example.com", "m@v1.0.0")
		must(t, unix.Mount("tmpfs", mounted, "tmpfs", 0, ""))
		file := filepath.Join(mounted, "file")
		must(t, os.WriteFile(file, nil, 0o666))
		if how == "delete" {
			err = aside.Delete(free)
		} else {
			err = clean.Sweep(dir, free)[aside.Folder()]
		}
		if _, gone := os.Stat(file); gone != nil || err == nil {
			t.Errorf("%s: %v; the file: %v", how, err, gone)
		}
		must(t, unix.Unmount(mounted, unix.MNT_DETACH))
		must(t, os.RemoveAll(aside.Folder()))
	}
}

// If a directory cannot be deleted because it cannot be opened, the error says why it cannot be opened, and not
// that it is a directory.
func TestSaysWhyItStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mod")
	must(t, os.MkdirAll(filepath.Join(dir, "example.com"), 0o755))
	aside, err := clean.ModCache(dir, free)
	if err != nil || aside == nil {
		t.Fatalf("nothing is set aside: %v", err)
	}
	var limit unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	next, err := unix.Dup(0) // the lowest descriptor that is free
	must(t, err)
	must(t, unix.Close(next))
	must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(next), Max: limit.Max}))
	err = aside.Delete(free)
	must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
	if !errors.Is(err, unix.EMFILE) {
		t.Errorf("it says: %v", err)
	}
}

// The go command opens a cache that it cannot remove to everybody. If the mode cannot be given back, the error says
// so.
func TestSaveMode(t *testing.T) {
	dir := t.TempDir()
	restore := clean.SaveMode(dir)
	must(t, os.Chmod(dir, 0o777))
	f, err := os.Open(dir)
	must(t, err)
	defer f.Close()
	const immutable = 0x10 // FS_IMMUTABLE_FL in linux/fs.h
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, immutable); err != nil {
		t.Skipf("no immutable directories: %v", err)
	}
	err = restore()
	must(t, unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, 0))
	if err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("told: %v", err)
	}
	// A setuid bit is not given back. A sticky bit keeps others out.
	for mode, want := range map[fs.FileMode]fs.FileMode{
		0o777: 0o777, 0o777 | fs.ModeSticky: 0o777 | fs.ModeSticky,
		0o775 | fs.ModeSetgid | fs.ModeSetuid: 0o775 | fs.ModeSetgid,
	} {
		must(t, os.Chmod(dir, mode))
		restore = clean.SaveMode(dir)
		must(t, os.Chmod(dir, 0o755))
		if err := restore(); err != nil {
			t.Error(err)
		}
		if fi, err := os.Stat(dir); err != nil || fi.Mode() != want|fs.ModeDir {
			t.Errorf("%v is given back as %v, %v", mode, fi.Mode(), err)
		}
	}
}

// If there are too few descriptors, a cache may not be set aside; but one that is can be put back.
func TestTooFewDescriptors(t *testing.T) {
	var was unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &was))
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &was)
	for n := range uint64(16) {
		file := filepath.Join(t.TempDir(), "mod", "cache", "download", "a")
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, os.WriteFile(file, nil, 0o644))
		next, err := unix.Open("/", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		must(t, err)
		must(t, unix.Close(next))
		must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(next) + n, Max: was.Max}))
		a, err := clean.ModCache(filepath.Dir(filepath.Dir(filepath.Dir(file))), free)
		must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &was))
		if a != nil {
			if a.Removed() {
				t.Errorf("with %d descriptors it is taken for removed", n)
			}
			must(t, a.Restore())
		}
		if _, lost := os.Stat(file); lost != nil {
			t.Errorf("with %d descriptors: %v (setting aside: %v)", n, lost, err)
		}
	}
}
