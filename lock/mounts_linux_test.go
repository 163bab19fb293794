package lock

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ownMounts moves this process to a mount namespace of its own, where that is allowed. So nothing that a test mounts
// stays, also when the test is killed.
func ownMounts() {
	const done = "LOCK_TEST_MOUNTS"
	if os.Getenv(done) != "" {
		return
	}
	runtime.LockOSThread() // a thread has a namespace, and gives it to the program that it executes
	if unix.Unshare(unix.CLONE_NEWNS) == nil && unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") == nil {
		os.Setenv(done, "1")
		panic(syscall.Exec("/proc/self/exe", os.Args, os.Environ()))
	}
}

// A test run that is killed leaves no mount behind.
func TestMountsEnd(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestMatrix$/same_process/.*/.*/bind", "-test.count=1000")
	done := func(kv string) bool { return strings.HasPrefix(kv, "LOCK_TEST_MOUNTS=") }
	cmd.Env = append(slices.DeleteFunc(os.Environ(), done), "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); !mountsIn(t, "/proc/"+strconv.Itoa(cmd.Process.Pid), dir); {
		if time.Now().After(end) {
			t.Fatal("nothing is mounted")
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if mountsIn(t, "/proc/self", dir) {
		t.Error("a mount is left")
	}
}

// mountsIn reports whether a process sees something that is mounted below dir.
func mountsIn(t *testing.T, proc, dir string) bool {
	t.Helper()
	mounts, err := os.ReadFile(proc + "/mountinfo")
	if errors.Is(err, unix.EINVAL) { // while another thread than the first executes a program
		return false
	}
	if err != nil || len(mounts) == 0 {
		t.Fatalf("%s has ended: %v", proc, err)
	}
	return strings.Contains(string(mounts), " "+dir+"/")
}
