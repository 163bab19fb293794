//go:build linux || freebsd

package proc

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// DiesWithUs says whether Attributes make the kernel kill the child when this process dies, also of SIGKILL.
const DiesWithUs = true

// Attributes returns the attributes for such a child, nil where DiesWithUs is false. The thread that starts the child
// must live as long as the child, because Linux goes by that thread's death (prctl(2)).
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
}
