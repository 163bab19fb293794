//go:build unix && !linux

package proc

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// DiesWithUs is false: package syscall offers no parent-death signal on most of these systems.
const DiesWithUs = false

// Attributes returns nil.
func Attributes() *syscall.SysProcAttr {
	return nil
}

// die kills this process. It returns only where that fails.
func die(sig syscall.Signal) {
	if sig == unix.SIGKILL {
		unix.Kill(unix.Getpid(), sig)
	}
	dieAsShell(sig)
}
