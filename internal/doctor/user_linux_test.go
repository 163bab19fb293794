package doctor

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// testUser is who the tests are if root runs them: a mode keeps nothing from root.
const testUser = 4321

// asTestUser gives this thread another user, and the place to that user, until the test ends. Only the paths named
// stay root's.
func asTestUser(p place, roots ...string) {
	p.t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !slices.Contains(roots, strings.TrimPrefix(path, p.dir+"/")) {
			err = os.Lchown(path, testUser, testUser)
		}
		return err
	})
	runtime.LockOSThread()
	become(p.t, testUser)
	p.t.Cleanup(func() { become(p.t, 0); runtime.UnlockOSThread() })
	if unix.Access(p.dir, unix.R_OK) != nil {
		p.t.Skip("other users cannot reach " + p.dir)
	}
}

// become gives this thread, and no other, another user. It can be root again.
func become(t *testing.T, uid int) {
	t.Helper()
	_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), ^uintptr(0))
	if errno != 0 {
		t.Fatal(errno)
	}
}

// outputAsTestUser runs a program as the user that asTestUser gave this thread. Only another thread may do that.
func outputAsTestUser(cmd *exec.Cmd) (out []byte, err error) {
	uid, done := os.Geteuid(), make(chan bool)
	go func() {
		if os.Geteuid() != uid {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
		}
		out, err = cmd.Output()
		close(done)
	}()
	<-done
	return out, err
}
