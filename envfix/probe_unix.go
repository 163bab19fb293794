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

// writable and readable ask the kernel, which knows of ACLs, read-only mounts and root's rights what no mode bits tell.
func writable(dir string) bool { return unix.Access(dir, unix.W_OK|unix.X_OK) == nil }
func readable(dir string) bool { return unix.Access(dir, unix.R_OK|unix.X_OK) == nil }
