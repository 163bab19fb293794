//go:build unix

package proc

import (
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Shell is the shell of POSIX. It comes from no variable, so only root can put another one in its place.
const Shell = "/bin/sh"

// session makes the program the leader of a session of its own. Such a program has no terminal. So it cannot wait
// for a key, when nobody sees the question, and the kernel does not stop it because it reads or writes in the
// background.
func session() *syscall.SysProcAttr {
	attributes := Attributes()
	if attributes == nil {
		attributes = new(syscall.SysProcAttr)
	}
	attributes.Setsid = true
	return attributes
}

// A group needs nothing besides the pid of its leader.
type group struct{}

func newGroup(*exec.Cmd) (g group) { return g }
func (p *process) release()        {}

// interrupt and kill reach the whole group, which the leader of a session cannot leave.
func (p *process) interrupt() { unix.Kill(-p.cmd.Process.Pid, unix.SIGINT) }
func (p *process) kill()      { unix.Kill(-p.cmd.Process.Pid, unix.SIGKILL) }

// left reports whether a process of the group is left. Zombies count until their parent has waited for them.
func (p *process) left() bool { return unix.Kill(-p.cmd.Process.Pid, 0) == nil }

// Ending returns the signals that end a program written in Go (os/signal, "Default behavior of signals in Go
// programs"). A signal that was ignored when we were started (nohup) stays ignored, for us and for the child: Notify
// would change that, so it is left out.
func Ending() []os.Signal {
	return slices.DeleteFunc([]os.Signal{unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP}, signal.Ignored)
}

// Die ends this process by a signal, so that our parent sees how the child ended, or what has ended us. It returns
// only where that fails, with the exit status by which shells report such an end: PID 1 of a pid namespace gets no
// signal that it does not catch (pid_namespaces(7)).
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

// dieAsShell replaces this process by a shell that dies of the signal. The Go runtime keeps its handlers for signals
// (os/signal, "Default behavior of signals in Go programs"), and exec removes them. The shell writes no core file, so
// the child's stays.
func dieAsShell(sig syscall.Signal) {
	script := "ulimit -c 0; kill -" + strconv.Itoa(int(sig)) + " $$"
	syscall.Exec(Shell, []string{"sh", "-c", script}, nil)
}

// NeedsElevation reports false: only Windows knows that.
func NeedsElevation(error) bool { return false }

// detached makes the program the leader of a session of its own, which does not end with ours. It gets no descriptor
// that we inherited: whoever waits for a pipe to be closed, or for a lock, waits for our end and not for the program's.
func detached() *syscall.SysProcAttr {
	inherited, _ := os.ReadDir("/dev/fd")
	for _, e := range inherited {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return &syscall.SysProcAttr{Setsid: true}
}
