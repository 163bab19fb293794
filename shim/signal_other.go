//go:build unix && !linux

package shim

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// diesWithParent can ask nothing of these systems that package syscall offers for all of them.
func diesWithParent() *syscall.SysProcAttr {
	return nil
}

// die kills this process. It returns only where it failed.
func die(sig syscall.Signal) {
	if sig == unix.SIGKILL {
		unix.Kill(unix.Getpid(), sig)
	}
	dieAsShell(sig)
}
