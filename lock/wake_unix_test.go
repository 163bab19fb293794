//go:build unix

package lock

import (
	"os"
	"syscall"
)

// wake lets a stopped process go on.
func wake(p *os.Process) { p.Signal(syscall.SIGCONT) }
