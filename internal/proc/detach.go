package proc

import (
	"os/exec"
)

// Detach starts a program that goes on after this process has ended, without our streams, our terminal and what else we
// inherited. No program that is started later inherits that either.
func Detach(c Command) error {
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Dir, cmd.Env = c.Dir, c.Environ
	cmd.SysProcAttr = detached()
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
