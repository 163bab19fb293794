package proc

import (
	"os"
	"syscall"
)

// Shell is looked for on PATH.
const Shell = "sh"

// DiesWithUs is false: there is no parent-death signal on Windows.
const DiesWithUs = false

// Cramped is false: nothing is known of small limits here.
func Cramped() bool { return false }

// Builds is false: other processes are not looked at here.
func Builds() bool { return false }

// Attributes are none.
func Attributes() *syscall.SysProcAttr { return nil }

// session is none: what the program starts is left to it.
func session() *syscall.SysProcAttr { return nil }

// interrupt kills: Ctrl-C is for consoles.
func (p *process) interrupt() { p.cmd.Process.Kill() }
func (p *process) kill()      { p.cmd.Process.Kill() }
func (p *process) left() bool { return false }

// Ending is Ctrl-C and Ctrl-Break, which the console sends to all its processes.
func Ending() []os.Signal { return []os.Signal{os.Interrupt} }

// controlCExit is how a process ends that does not catch Ctrl-C (STATUS_CONTROL_C_EXIT).
const controlCExit = 0xC000013A

// Die returns that: there are no signals on Windows.
func Die(os.Signal) int {
	status := uint32(controlCExit)
	return int(int32(status))
}
