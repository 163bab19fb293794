//go:build unix

package proc

import (
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Shell is the shell of POSIX. No variable names it, so that nobody but root can put another one in its place.
const Shell = "/bin/sh"

// session makes the program the leader of a session. Without a terminal it can neither wait for a key, which nobody would see it ask for, nor
// be stopped because it reads or writes in the background.
func session() *syscall.SysProcAttr {
	attributes := Attributes()
	if attributes == nil {
		attributes = new(syscall.SysProcAttr)
	}
	attributes.Setsid = true
	return attributes
}

// interrupt and kill reach the whole group: the leader of a session cannot leave it.
func (p *process) interrupt() { unix.Kill(-p.cmd.Process.Pid, unix.SIGINT) }
func (p *process) kill()      { unix.Kill(-p.cmd.Process.Pid, unix.SIGKILL) }

// left reports whether something of the group is left. Zombies count, until their parent has waited for them.
func (p *process) left() bool { return unix.Kill(-p.cmd.Process.Pid, 0) == nil }

// Ending are the signals by which others end a program written in Go (os/signal, "Default behavior of signals in Go programs").
// One that was ignored when we were started (nohup) stays so, for us and for the child: Notify would take it back.
func Ending() []os.Signal {
	return slices.DeleteFunc([]os.Signal{unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP}, signal.Ignored)
}

// Die ends this process by a signal, so that whoever waits for us sees how the child ended, or what would have ended us.
// It returns only where that cannot be, with the exit status that shells use for it: PID 1 of a
// pid namespace gets no signal that it does not catch (pid_namespaces(7)).
func Die(sig os.Signal) int {
	s, ok := sig.(syscall.Signal)
	if !ok {
		return 1
	}
	if os.Getpid() != 1 {
		die(s)
	}
	return 128 + int(s)
}

// dieAsShell lets a shell die in our place: the Go runtime keeps handlers for the signals that it
// catches (os/signal, "Default behavior of signals in Go programs"), exec takes them away. No core file but the child's.
func dieAsShell(sig syscall.Signal) {
	script := "ulimit -c 0; kill -" + strconv.Itoa(int(sig)) + " $$"
	syscall.Exec(Shell, []string{"sh", "-c", script}, nil)
}
