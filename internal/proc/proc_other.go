//go:build unix && !linux

package proc

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// die kills this process. It returns only where that fails.
func die(sig syscall.Signal) {
	if sig == unix.SIGKILL {
		unix.Kill(unix.Getpid(), sig)
	}
	dieAsShell(sig)
}
