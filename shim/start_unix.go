//go:build unix

package shim

import (
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/unix"
)

// forwardedSignals returns the signals that are passed on: those that end go commands, and those that mean
// something to other programs.
func forwardedSignals() []os.Signal {
	return append(proc.Ending(), slices.DeleteFunc([]os.Signal{unix.SIGUSR1, unix.SIGUSR2}, signal.Ignored)...)
}

// start forks and execs. It does not use os.StartProcess, which needs an *os.File: its method Fd would turn a
// non-blocking stream of the caller to blocking, for everybody who shares it.
func start(c Command) (*child, error) {
	pid, err := syscall.ForkExec(c.Path, c.argv(), &syscall.ProcAttr{
		Env:   c.Environ,
		Files: []uintptr{0, 1, 2},
		Sys:   proc.Attributes(),
	})
	if err != nil {
		return nil, err
	}
	return newChild(pid)
}

// statusOf converts the system's status of a process.
func statusOf(ws syscall.WaitStatus) Status {
	if ws.Signaled() {
		return Status{Signal: ws.Signal()}
	}
	return Status{Code: ws.ExitStatus()}
}
