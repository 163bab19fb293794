package shim

import (
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A child is a process that was started and not waited for yet. It is not an os.Process, because the first one
// of those forks an extra process, to see whether the system has process descriptors (os.checkPidfd).
type child struct {
	pid   int
	reaps bool // wait waits for orphans too
	mu    sync.Mutex
	ended bool // the pid may belong to nobody or to another process now
}

func newChild(pid int) (*child, error) { return &child{pid: pid}, nil }

// reap makes wait wait for orphans too, which the kernel gives to an init process when their parents end. No other
// goroutine may wait for children meanwhile.
func (c *child) reap() { c.reaps = true }

// wait waits until the child ends. The first system call leaves the zombie, so that a concurrent call of signal
// cannot reach another process with the same pid.
func (c *child) wait() (Status, error) {
	if c.reaps {
		return c.waitForAll()
	}
	var info unix.Siginfo
	err := retry(func() error { return unix.Waitid(unix.P_PID, c.pid, &info, unix.WEXITED|unix.WNOWAIT, nil) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	var ws syscall.WaitStatus
	if err == nil {
		err = retry(func() error { _, err := syscall.Wait4(c.pid, &ws, 0, nil); return err })
	}
	if err != nil {
		return Status{}, os.NewSyscallError("wait", err)
	}
	return statusOf(ws), nil
}

// waitForAll waits for all children until the child ends.
func (c *child) waitForAll() (Status, error) {
	for {
		var info unix.Siginfo
		err := retry(func() error { return unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOWAIT, nil) })
		if err != nil {
			return Status{}, os.NewSyscallError("waitid", err)
		}
		if ws, ours := c.reapOne(); ours {
			return statusOf(ws), nil
		}
	}
}

// reapOne waits for one child that has ended, and reports whether it was c.
func (c *child) reapOne() (ws syscall.WaitStatus, ours bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pid, err := syscall.Wait4(-1, &ws, syscall.WNOHANG, nil)
	c.ended = err == nil && pid == c.pid
	return ws, c.ended
}

// signal sends the child a signal. The error is os.ErrProcessDone if the child has ended.
func (c *child) signal(sig os.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return os.ErrProcessDone
	}
	err := unix.Kill(c.pid, sig.(syscall.Signal))
	if err == unix.ESRCH {
		err = os.ErrProcessDone
	}
	return err
}

// retry repeats a system call that a signal interrupted.
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
