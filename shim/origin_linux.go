//go:build linux && (amd64 || arm64)

package shim

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Package os/signal does not say who sent a signal, and signalfd(2) would need the signal blocked in every thread
// of the Go runtime. So a handler of our own looks at si_code first, and then jumps to the runtime's handler.
var (
	origin uintptr // address of that handler; see the assembly
	//lint:ignore U1000 the assembly reads it
	after uintptr // address of the runtime's handler

	sent [unix.SIGQUIT + 1]uint32 // by signal number; the handler sets it to 1 if a process sent the signal
)

// A sigaction is the kernel's structure on these two architectures.
type sigaction struct {
	handler, flags, restorer, mask uintptr
}

// watchOrigin installs the handler. It has to run before signal.Notify, which leaves the handler in place
// (runtime.sigenable).
func watchOrigin() {
	for _, sig := range []uintptr{uintptr(unix.SIGINT), uintptr(unix.SIGQUIT)} {
		var a sigaction
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, sig, 0, uintptr(unsafe.Pointer(&a)), 8, 0, 0)
		if errno != 0 || a.handler <= 1 || a.handler == origin { // 0 and 1 are SIG_DFL and SIG_IGN
			continue
		}
		after, a.handler = a.handler, origin
		unix.RawSyscall6(unix.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&a)), 0, 8, 0, 0)
	}
}

// reachedChild reports whether the child already has the signal. When a user presses a key, the kernel sends the
// signal to the whole process group (SI_KERNEL, sigaction(2)). A process can send a signal to the group, too,
// but looks like one that sends it only to us.
func reachedChild(sig os.Signal) bool {
	n, ok := sig.(syscall.Signal)
	return ok && (n == unix.SIGINT || n == unix.SIGQUIT) && atomic.SwapUint32(&sent[n], 0) == 0
}
