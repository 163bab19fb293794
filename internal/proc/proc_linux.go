package proc

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// die removes the runtime's handler and kills this process. It returns only where that fails.
func die(sig syscall.Signal) {
	// The child may have left a core file, which one of ours would overwrite.
	unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)

	// Zero is SIG_DFL without flags on every architecture, whatever the order of the fields. The kernel's mask has
	// eight bytes, on MIPS sixteen.
	var action [8]uint64
	for _, size := range []uintptr{8, 16} {
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION,
			uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, size, 0, 0)
		if errno == 0 {
			break
		}
	}
	unix.Kill(unix.Getpid(), sig)
	dieAsShell(sig)
}
