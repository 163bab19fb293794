package proc

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// AdoptOrphans makes this process the parent of descendants whose parents end, as the init process of a pid namespace
// is by itself (PR_SET_CHILD_SUBREAPER of prctl(2)).
func AdoptOrphans() error {
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
}

// Adopts reports whether this process gets such orphans.
func Adopts() bool {
	if os.Getpid() == 1 {
		return true
	}
	var is int32
	err := unix.Prctl(unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&is)), 0, 0, 0)
	return err == nil && is != 0
}
