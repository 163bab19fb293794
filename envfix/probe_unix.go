//go:build unix

package envfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/go-safe/go-safe/access"
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

// writable tries it where the kernel may say no to what access(2) says yes to.
func writable(dir string) bool {
	if !access.Allowed(dir, unix.W_OK|unix.X_OK) {
		return false
	}
	return !access.Confined() || !errors.Is(access.Try(dir, 0), fs.ErrPermission)
}

func readable(dir string) bool { return access.Allowed(dir, unix.R_OK|unix.X_OK) }

// legible and modifiable are readable and writable for files.
func legible(file string) bool { return access.Allowed(file, unix.R_OK) }
func modifiable(file string) bool {
	allowed := access.Allowed(file, unix.W_OK)
	if !allowed || !access.Confined() {
		return allowed
	}
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err == nil {
		f.Close()
	}
	return err == nil
}
