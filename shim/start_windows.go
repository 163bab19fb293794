package shim

import (
	"os"

	"github.com/go-safe/go-safe/internal/proc"
)

// forwardedSignals returns the signals that end go commands.
func forwardedSignals() []os.Signal { return proc.Ending() }

// start starts the child with our standard streams. The child dies with this process.
func start(c Command) (*child, error) {
	p, err := os.StartProcess(c.Path, c.argv(), &os.ProcAttr{
		Env:   c.Environ,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		return nil, err
	}
	proc.Tie(p.Pid)
	return &child{p}, nil
}

// status converts the state of a process. There are no signals on Windows.
func status(state *os.ProcessState) Status {
	return Status{Code: state.ExitCode()}
}
