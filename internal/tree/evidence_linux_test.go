package tree

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"golang.org/x/sys/unix"
)

// A directory that is no part of a cache is told from one that is.
func TestOnlyGoNames(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]bool{
		"/a/org/n@v1.0.0/": true, "/b/org/n@/": false, "/c/org/key": false, "/d/.git/": false, "/e/": true,
	} {
		must(t, os.MkdirAll(filepath.Dir(dir+path), 0o755))
		if path[len(path)-1] != '/' {
			must(t, os.WriteFile(dir+path, nil, 0o600))
		}
		fd, err := fsinfo.OpenSub(unix.AT_FDCWD, dir+path[:2])
		must(t, err)
		if got := onlyGoNames(fd, layout.ModulePath, path[1:2]); got != want {
			t.Errorf("%s: %t", path, got)
		}
		must(t, unix.Close(fd))
	}
}

// An output of a build cache is told by its hash, and by nothing else.
func TestIsBuildFile(t *testing.T) {
	const id = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b" // SHA-256 of secret
	dir := t.TempDir()
	for name, want := range map[string]bool{
		id + "-d": true, "0" + id[1:] + "-d": false, id + "-a": false, "README": false, "trim.txt": false, "secret": false,
	} {
		must(t, os.WriteFile(dir+"/"+name, []byte("secret"), 0o600))
		fd, err := unix.Open(dir+"/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		must(t, err)
		if isBuildFile(fd, name, 6) != want {
			t.Errorf("%s: %t", name, !want)
		}
		must(t, unix.Close(fd))
	}
}
