package shim

import (
	"os"

	"github.com/go-safe/go-safe/internal/proc"
)

// passed are those that end go commands.
func passed() []os.Signal { return proc.Ending() }

// start starts the child with our standard streams.
func start(c Command) (*os.Process, error) {
	return os.StartProcess(c.Path, c.argv(), &os.ProcAttr{
		Env:   c.Environ,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
}

// status reads how the process ended. There are no signals on Windows.
func status(state *os.ProcessState) Status {
	return Status{Code: state.ExitCode()}
}
