//go:build unix

package lock

import (
	"os"
	"syscall"
)

// stop stops a process until wake.
func stop(p *os.Process) { p.Signal(syscall.SIGSTOP) }

// wake lets a stopped process go on.
func wake(p *os.Process) { p.Signal(syscall.SIGCONT) }
