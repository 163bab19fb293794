package shim

import (
	"os"
	"syscall"
)

// diesWithUs: there is no parent-death signal on Windows.
const diesWithUs = false

// Attributes are none.
func Attributes() *syscall.SysProcAttr { return nil }

// caught is Ctrl-C and Ctrl-Break, which the console sends to all its processes.
func caught() []os.Signal {
	return []os.Signal{os.Interrupt}
}

// reached is always so: see caught.
func reached(os.Signal) bool {
	return true
}

// start starts the child with our standard streams, a silent one with none.
func start(c Command, silent bool) (*os.Process, error) {
	streams := []*os.File{os.Stdin, os.Stdout, os.Stderr}
	if silent {
		streams = []*os.File{nil, nil, nil}
	}
	return os.StartProcess(c.Path, c.argv(), &os.ProcAttr{
		Env:   c.Environ,
		Files: streams,
	})
}

// status reads how the process ended. There are no signals on Windows.
func status(state *os.ProcessState) Status {
	return Status{Code: state.ExitCode()}
}

// Die is never called: see status.
func Die(os.Signal) int {
	return 1
}
