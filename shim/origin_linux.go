//go:build linux && (amd64 || arm64)

package shim

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Package os/signal does not say who sent a signal, and no other way to learn it works beside the Go runtime:
// signalfd(2) needs the signal blocked in every thread. So a handler in front of the runtime's looks at si_code,
// and jumps to the runtime's.
var (
	origin uintptr // address of that handler; see the assembly
	//lint:ignore U1000 the assembly reads it
	after uintptr // address of the runtime's handler

	sent [unix.SIGQUIT + 1]uint32 // by number, set to 1 by the handler: a process sent the signal
)

// A sigaction is the kernel's structure, on these two architectures.
type sigaction struct {
	handler, flags, restorer, mask uintptr
}

// watchOrigin puts the handler in place. It has to come before signal.Notify, which leaves it there
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

// reached reports whether the child has the signal already: a key of the terminal sends it to the whole group,
// and it is the kernel that sends it then (SI_KERNEL, sigaction(2)). A process that sends it, to the whole group
// too, is not told apart.
func reached(sig os.Signal) bool {
	n, ok := sig.(syscall.Signal)
	return ok && (n == unix.SIGINT || n == unix.SIGQUIT) && atomic.SwapUint32(&sent[n], 0) == 0
}
