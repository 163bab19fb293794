//go:build unix

package doctor

import (
	"os/exec"
	"syscall"
)

// alone gives the program a session of its own, without a terminal, that ends as a whole at the time limit.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
