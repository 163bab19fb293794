package proc

import (
	"os"
	"syscall"
)

// Shell is looked for on PATH.
const Shell = "sh"

// DiesWithUs is false: there is no parent-death signal on Windows.
const DiesWithUs = false

// Attributes returns nil.
func Attributes() *syscall.SysProcAttr { return nil }

// session returns nil: on Windows the children of the program are left to it.
func session() *syscall.SysProcAttr { return nil }

// interrupt kills, because Ctrl-C can only be sent to consoles.
func (p *process) interrupt() { p.cmd.Process.Kill() }
func (p *process) kill()      { p.cmd.Process.Kill() }
func (p *process) left() bool { return false }

// Ending returns os.Interrupt, which is Ctrl-C and Ctrl-Break. The console sends them to all its processes.
func Ending() []os.Signal { return []os.Signal{os.Interrupt} }

// controlCExit is how a process ends that does not catch Ctrl-C (STATUS_CONTROL_C_EXIT).
const controlCExit = 0xC000013A

// Die returns that status: there are no signals on Windows.
func Die(os.Signal) int {
	status := uint32(controlCExit)
	return int(int32(status))
}
