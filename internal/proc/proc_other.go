//go:build unix && !linux

package proc

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// DiesWithUs is false: package syscall offers no parent-death signal on most of these systems.
const DiesWithUs = false

// Cramped is false: nothing is known of small limits here.
func Cramped() bool { return false }

// Builds is false: other processes are not looked at here.
func Builds() bool { return false }

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
