package shim

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// diesWithUs: the kernel kills the child when this process dies, however that happens.
const diesWithUs = true

// Attributes ask for that, of a child started by a thread that never ends: it is that thread's death that counts (prctl(2)). On systems that
// offer nothing of the kind they are nil.
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
}

// die takes the runtime's handler away and kills this process. It returns only where it failed.
func die(sig syscall.Signal) {
	// The child may have left a core file: a second one of ours would overwrite it.
	unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)

	// All zero is SIG_DFL without flags on every architecture, whatever the order of the fields; of the
	// mask the kernel takes eight bytes, sixteen on MIPS.
	var action [8]uint64
	for _, size := range []uintptr{8, 16} {
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, size, 0, 0)
		if errno == 0 {
			break
		}
	}
	unix.Kill(unix.Getpid(), sig)
	dieAsShell(sig)
}
