//go:build linux

package linuxtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// User is an ordinary user without an entry in /etc/passwd. Tests become User if root runs them.
const User = 4321

// As calls do as another user: a mode keeps nothing from root. Only this thread changes its user, and programs that
// do starts run as that user, too. Other goroutines stay root, so As is not for what starts some. The groups stay
// root's. If the tests run as an ordinary user, do runs as that one.
func As(t *testing.T, uid int, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	become(t, uid)
	defer become(t, 0)
	do()
}

// become changes the real and the effective user of this thread. It can be root again.
func become(t *testing.T, uid int) {
	t.Helper()
	_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), ^uintptr(0))
	if errno != 0 {
		t.Fatal(errno)
	}
}

// Reachable makes a directory that User can reach, as one of testing.T is not. It skips the test if User cannot reach
// the folder for temporary files.
func Reachable(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	Must(t, err)
	Must(t, os.Chmod(filepath.Dir(dir), 0o755))
	As(t, User, func() {
		if unix.Access(dir, unix.R_OK|unix.X_OK) != nil {
			t.Skip("other users cannot reach " + dir)
		}
	})
	return dir
}

// Give gives User all in a directory, except these paths in it, which stay root's. One that ends in /... stands also
// for all below it. If the tests run as an ordinary user, all is his already, and a test with paths of root is
// skipped.
func Give(t *testing.T, dir string, except ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		if len(except) > 0 {
			t.Skip("needs root")
		}
		return
	}
	Must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		stays := slices.ContainsFunc(except, func(e string) bool {
			top, all := strings.CutSuffix(e, "/...")
			return rel == top || all && strings.HasPrefix(rel, top+"/")
		})
		if stays || err != nil {
			return err
		}
		return os.Lchown(path, User, User)
	}))
}
