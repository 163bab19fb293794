//go:build unix && !linux

package shim

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// diesWithUs: package syscall offers no parent-death signal on most of these systems.
const diesWithUs = false

// Attributes are none.
func Attributes() *syscall.SysProcAttr {
	return nil
}

// die kills this process. It returns only where it failed.
func die(sig syscall.Signal) {
	if sig == unix.SIGKILL {
		unix.Kill(unix.Getpid(), sig)
	}
	dieAsShell(sig)
}
