//go:build unix

package shim

import (
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// caught are the signals that do not end this process while a child runs. One that was ignored when we
// were started (nohup) stays so, for us and for the child: Notify would take it back.
func caught() []os.Signal {
	all := []os.Signal{unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2}
	return slices.DeleteFunc(all, signal.Ignored)
}

// reached reports whether the child has the signal already, because it came from the terminal: that sends
// INT and QUIT to its whole foreground group. Without a terminal (timeout -s INT) nobody else tells the child.
func reached(sig os.Signal) bool {
	return (sig == unix.SIGINT || sig == unix.SIGQUIT) && foreground()
}

// foreground reports whether our process group is the one that the terminal's keys speak to.
func foreground() bool {
	tty, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(tty)
	group, err := unix.IoctlGetInt(tty, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// start forks and execs. Not os.StartProcess: that takes *os.File, whose Fd turns a non-blocking
// stream of the caller's to blocking, for everybody who shares it. The streams of a silent command lead nowhere.
func start(c Command, silent bool) (*os.Process, error) {
	streams := []uintptr{0, 1, 2}
	if silent {
		null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		defer unix.Close(null)
		streams = slices.Repeat([]uintptr{uintptr(null)}, 3)
	}
	pid, err := syscall.ForkExec(c.Path, c.argv(), &syscall.ProcAttr{
		Env:   c.Environ,
		Files: streams,
		Sys:   Attributes(),
	})
	if err != nil {
		return nil, err
	}
	return os.FindProcess(pid)
}

// status reads how the process ended.
func status(state *os.ProcessState) Status {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return Status{Signal: ws.Signal()}
	}
	return Status{Code: state.ExitCode()}
}

// Die ends this process by the signal that killed the child, so that whoever waits for us sees the same.
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
	syscall.Exec("/bin/sh", []string{"sh", "-c", script}, nil)
}
