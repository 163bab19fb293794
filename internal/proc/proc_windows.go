package proc

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// Shell is looked for on PATH.
const Shell = "sh"

// DiesWithUs is false: a child is started first, and then tied to us.
const DiesWithUs = false

// session returns nil: the program and its children are in a job instead.
func session() *syscall.SysProcAttr { return nil }

// A group is a job with a program and the children that it starts.
type group = jobObject

// newGroup makes the job. A child that the program has started before that is not in it.
func newGroup(cmd *exec.Cmd) group { return newJob(cmd.Process.Pid, 0) }

// interrupt kills, because Ctrl-C can only be sent to consoles.
func (p *process) interrupt() { p.kill() }

func (p *process) kill() {
	p.cmd.Process.Kill() // if there is no job
	windows.TerminateJobObject(windows.Handle(p.group), 1)
}

// left returns false: kill has ended all.
func (p *process) left() bool { return false }

// release forgets the group, which has ended.
func (p *process) release() { windows.CloseHandle(windows.Handle(p.group)) }

// Ending returns os.Interrupt, which is Ctrl-C and Ctrl-Break. The console sends them to all its processes.
func Ending() []os.Signal { return []os.Signal{os.Interrupt} }

// controlCExit is how a process ends that does not catch Ctrl-C (STATUS_CONTROL_C_EXIT).
const controlCExit = 0xC000013A

// Die returns that status: there are no signals on Windows.
func Die(os.Signal) int {
	status := uint32(controlCExit)
	return int(int32(status))
}

// detached gives the program no console, so that it does not end with ours.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
