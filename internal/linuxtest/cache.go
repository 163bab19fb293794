//go:build linux

package linuxtest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Users and a group of the tests. None has an entry in /etc/passwd or /etc/group.
const (
	Attacker = 4333 // owns the caches that root changes
	Member   = 4461 // of Group
	Group    = 4469 // shares caches
)

// ModCache makes a module cache of the attacker's, and beside it a directory of root's with a victim in it: a file
// that only root may read. Both are on the same device. It skips the test unless root runs it.
func ModCache(t *testing.T) (cache, victim string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	cache, victim = filepath.Join(dir, "mod"), filepath.Join(dir, "root", "victim")
	for _, d := range []string{cache + "/cache/download/a.b/m/@v", cache + "/a.b/m@v1.0.0", filepath.Dir(victim)} {
		Must(t, os.MkdirAll(d, 0o755))
	}
	Must(t, os.WriteFile(victim, []byte("secret"), 0o600))
	Must(t, filepath.WalkDir(cache, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, Attacker, Attacker))
	}))
	return cache, victim
}

// SharedCache is ModCache for one of root's that Group shares by setgid.
func SharedCache(t *testing.T) (cache, victim string) {
	t.Helper()
	cache, victim = ModCache(t)
	Must(t, filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		Must(t, err)
		Must(t, os.Lchown(path, 0, Group))
		return os.Chmod(path, 0o775|fs.ModeSetgid)
	}))
	return cache, victim
}

// Must ends the test if there is an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// OwnerOf returns the uid of a file's owner, -1 if there is no such file.
func OwnerOf(path string) int {
	fi, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return int(fi.Sys().(*syscall.Stat_t).Uid)
}

// A Way changes the rights in a cache. A naive one is what somebody without go-safe would do: it shows that the
// attack of a test works.
type Way struct {
	Name  string
	Naive bool
	Do    func(cache string) error
}
