//go:build unix

package envfix

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// user names the effective user in messages. A name would cost a look-up, and many have none.
func user() string {
	return fmt.Sprintf("uid %d", os.Geteuid())
}

// ownerOf returns the owner's uid.
func ownerOf(fi fs.FileInfo) int {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}

// groupOf returns the group's gid.
func groupOf(fi fs.FileInfo) int {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return int(st.Gid)
	}
	return -1
}

// deviceOf returns the device that a file is on.
func deviceOf(fi fs.FileInfo) uint64 {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Dev)
	}
	return 0
}

// writable and readable ask the kernel, which knows of ACLs, read-only mounts and root's rights what no mode bits tell.
func writable(dir string) bool { return access(dir, unix.W_OK|unix.X_OK) }
func readable(dir string) bool { return access(dir, unix.R_OK|unix.X_OK) }

// access asks once more where access(2) finds no right to it: that leaves out capabilities which a service manager gave to a uid
// other than 0. Another refusal is final (an immutable directory: EPERM, which package unix takes for a filter's and looks at modes instead).
func access(dir string, mode uint32) bool {
	err := unix.Access(dir, mode)
	return err == nil || err == unix.EACCES && unix.Faccessat(unix.AT_FDCWD, dir, mode, unix.AT_EACCESS) == nil
}
