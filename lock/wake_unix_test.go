//go:build unix

package lock

import (
	"os"
	"os/exec"
	"syscall"
)

// stop stops a process until wake.
func stop(p *os.Process) { p.Signal(syscall.SIGSTOP) }

// wake lets a stopped process go on.
func wake(p *os.Process) { p.Signal(syscall.SIGCONT) }

// as lets a command run as a user; -1 is ours.
func as(uid int, cmd *exec.Cmd) *exec.Cmd {
	if uid >= 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	return cmd
}
