//go:build unix

package modcache

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// nonblock keeps an open from waiting for the other end of a pipe.
const nonblock = unix.O_NONBLOCK

// deviceOf identifies the file system that a directory is on.
func deviceOf(dir *os.Root) uint64 {
	fi, err := dir.Stat(".")
	if err != nil {
		return 0
	}
	st, _ := fi.Sys().(*syscall.Stat_t)
	return uint64(st.Dev)
}

// ownerOf is the uid that something belongs to.
func ownerOf(fi os.FileInfo) (uid, gid int) {
	st, _ := fi.Sys().(*syscall.Stat_t)
	return int(st.Uid), int(st.Gid)
}
