package proc

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DiesWithUs says whether Attributes make the kernel kill the child when this process dies, however that happens.
const DiesWithUs = true

// Attributes ask for that. The thread that starts the child must not end before it: that thread's death counts (prctl(2)). They
// are nil on systems that offer nothing of the kind.
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
}

// Cramped reports whether the limits of this process may leave no room for a second one, or for the threads that the Go runtime makes
// when it likes: where it cannot make one, it crashes. Measured: a go list needs 9 descriptors and 4 threads, with go-safe beside
// it 12 and 18. Of the processes that count, those of the same user, nothing is known without a look at all of them.
func Cramped() bool {
	var files, processes unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &files)
	unix.Getrlimit(unix.RLIMIT_NPROC, &processes)
	return files.Cur < 16 || processes.Cur < 32 && os.Geteuid() != 0
}

// die takes the runtime's handler away and kills this process. It returns only where it failed.
func die(sig syscall.Signal) {
	// The child may have left a core file, which one of ours would overwrite.
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
