//go:build unix

package clean

import (
	"io/fs"
	"syscall"

	"github.com/go-safe/go-safe/access"
	"golang.org/x/sys/unix"
)

func ownerOf(fi fs.FileInfo) (uid, gid int) {
	st := fi.Sys().(*syscall.Stat_t)
	return int(st.Uid), int(st.Gid)
}

func writable(dir string) bool {
	return access.Allowed(dir, unix.W_OK|unix.X_OK)
}
