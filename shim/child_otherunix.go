//go:build unix && !linux

package shim

import (
	"os"
	"syscall"
)

func newChild(pid int) (*child, error) {
	p, err := os.FindProcess(pid)
	return &child{p}, err
}

// status is statusOf for a state of package os.
func status(state *os.ProcessState) Status {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok {
		return statusOf(ws)
	}
	return Status{Code: state.ExitCode()}
}
