//go:build unix && !linux && !freebsd

package proc

import "syscall"

// DiesWithUs is false: these systems have no parent-death signal. On macOS only a program itself can ask for it
// (kqueue, NOTE_EXIT), and the child is not ours.
const DiesWithUs = false

// Attributes returns nil.
func Attributes() *syscall.SysProcAttr {
	return nil
}
