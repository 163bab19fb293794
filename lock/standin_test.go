//go:build unix

package lock

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The file that stands in for a directory gets the directory's rights. A link or a pipe in its place is refused,
// and does not block.
func TestFile(t *testing.T) {
	dir := sharedDir(t)
	l, err := open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	name := l.path
	if ok, err := l.try(Exclusive); !ok || err != nil || !l.isCurrent() {
		t.Fatal(ok, err)
	}
	if fi, err := os.Stat(name); err != nil || fi.Mode() != 0o644 {
		t.Errorf("%v, %v: want the rights of the directory", fi.Mode(), err)
	}
	os.Remove(name)
	if err := os.Symlink("/etc/passwd", name); err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir, true); err == nil {
		t.Error("followed a link")
	}
	os.Remove(name)
	if err := syscall.Mkfifo(name, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir, true); err == nil {
		t.Error("opened a pipe")
	}
}

// While go clean -modcache removes a cache, it gives it mode 0777. Another process must find the same file then.
func TestFileInClean(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mod")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.Chmod(dir, 0o755), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	clean, err := open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer clean.release()
	if ok, err := clean.try(Exclusive); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := os.Chmod(dir, 0o777); err != nil { // cmd/go/internal/modfetch.RemoveAll
		t.Fatal(err)
	}
	build, err := open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer build.release()
	if ok, err := build.try(Shared); ok || err != nil {
		t.Errorf("%s was locked beside %s: %t, %v", build.path, clean.path, ok, err)
	}
}
