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

// passed are the signals that are passed on: those that end go commands, and those that mean something to other programs.
func passed() []os.Signal {
	return append(proc.Ending(), slices.DeleteFunc([]os.Signal{unix.SIGUSR1, unix.SIGUSR2}, signal.Ignored)...)
}

// start forks and execs. Not os.StartProcess: that takes *os.File, whose Fd turns a non-blocking
// stream of the caller's to blocking, for everybody who shares it.
func start(c Command) (*os.Process, error) {
	pid, err := syscall.ForkExec(c.Path, c.argv(), &syscall.ProcAttr{
		Env:   c.Environ,
		Files: []uintptr{0, 1, 2},
		Sys:   proc.Attributes(),
	})
	if err != nil {
		return nil, err
	}
	return os.FindProcess(pid)
}

// status reads how the process ended.
func status(state *os.ProcessState) Status {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return Status{Signal: ws.Signal()}
	}
	return Status{Code: state.ExitCode()}
}
