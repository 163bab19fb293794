//go:build unix

package shim

import (
	"os"
	"syscall"

	"github.com/go-safe/go-safe/internal/proc"
)

// Exec replaces this process by the command. It returns only if that fails; the error says why, and the status
// says nothing.
func Exec(c Command) (Status, error) {
	err := syscall.Exec(c.Path, c.argv(), c.Environ)
	if proc.IsScript(c.Path, err) {
		s := c.script()
		err = syscall.Exec(s.Path, s.argv(), s.Environ)
	}
	return Status{}, &os.PathError{Op: "exec", Path: c.Path, Err: err}
}
