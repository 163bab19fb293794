package runas

import (
	"errors"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errStillRoot says that the kernel let the process keep something of root.
var errStillRoot = errors.New("the process could become root again")

// become gives up the groups first, because only root may do that, then the group, and last the user. With the user
// go the capabilities, unless somebody set securebits that keep them (capabilities(7)); so they are given up by name.
// Package syscall does each of these in all threads.
//
// A session keyring is root's too: whoever has it can read root's keys in it (session-keyring(7)).
func (u User) become() error {
	if u.UID != 0 {
		if err := leaveSessionKeyring(); err != nil {
			return err
		}
	}
	if err := syscall.Setgroups(u.Groups); err != nil {
		return err
	}
	if err := syscall.Setresgid(u.GID, u.GID, u.GID); err != nil {
		return err
	}
	if err := syscall.Setresuid(u.UID, u.UID, u.UID); err != nil {
		return err
	}
	if u.UID == 0 {
		return nil
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	if unix.Setuid(0) == nil || unix.Setgid(0) == nil && u.GID != 0 {
		return errStillRoot
	}
	return nil
}

// leaveSessionKeyring gives this thread an empty session keyring. A keyring belongs to a thread: main stays in the
// first one, which becomes or starts the command. AllThreadsSyscall cannot do it, because each thread gets another
// keyring. Where the kernel or a container lets nobody use keyrings, the command cannot use root's either.
func leaveSessionKeyring() error {
	_, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil
	}
	return os.NewSyscallError("keyctl", err)
}

// dropCapabilities empties the permitted, effective and inheritable sets of all threads. With these the kernel empties
// the ambient set.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(
		unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none)), 0)
	if errno != 0 {
		return errno
	}
	return nil
}
