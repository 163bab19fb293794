//go:build linux

// Package linuxtest is for tests on Linux: mounts that nobody else sees, names that change all the time, and
// caches with users of their own.
package linuxtest

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// OwnMounts gives the thread of this test a mount namespace of its own, which ends with it, also when it is
// killed. It skips the test where that cannot be.
func OwnMounts(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread() // and never unlocked: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Skipf("no mount namespaces: %v", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
}

// Exchange exchanges the names of each pair again and again, as an attacker would, until stop is called. Names that
// are not there are left alone.
func Exchange(pairs ...[2]string) (stop func()) {
	return Repeat(func() {
		for _, p := range pairs {
			unix.Renameat2(unix.AT_FDCWD, p[0], unix.AT_FDCWD, p[1], unix.RENAME_EXCHANGE)
		}
	})
}

// Repeat does something again and again until stop is called.
func Repeat(do func()) (stop func()) {
	end, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			default:
				do()
			}
		}
	}()
	return func() { close(end); <-ended }
}

// Mount mounts something on a directory, which it makes, until the test ends. It skips the test where that cannot
// be.
func Mount(t *testing.T, source, target, fstype string, flags uintptr, options string) {
	t.Helper()
	Must(t, os.MkdirAll(target, 0o755))
	if err := unix.Mount(source, target, fstype, flags, options); err != nil {
		t.Skipf("mount %s: %v", fstype, err)
	}
	t.Cleanup(func() { Must(t, unix.Unmount(target, unix.MNT_DETACH)) })
}
