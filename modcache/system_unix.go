//go:build unix

package modcache

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// nonblock keeps an open from waiting for the other end of a pipe.
const nonblock = unix.O_NONBLOCK

// deviceOf identifies the file system that a directory is on.
func deviceOf(dir *os.Root) (uint64, error) {
	fi, err := dir.Stat(".")
	if err != nil {
		return 0, err
	}
	st, _ := fi.Sys().(*syscall.Stat_t)
	return uint64(st.Dev), nil
}

// writable says why nothing can be made in a directory.
func writable(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Faccessat(int(f.Fd()), ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return &fs.PathError{Op: "write to", Path: ".", Err: err}
	}
	return nil
}

// ownerOf is the uid that something belongs to.
func ownerOf(fi os.FileInfo) (uid, gid int) {
	st, _ := fi.Sys().(*syscall.Stat_t)
	return int(st.Uid), int(st.Gid)
}
