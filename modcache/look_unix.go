//go:build unix

package modcache

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// openStore opens the directory of a module cache, nil where that is not to be had.
func openStore(root string) *os.File {
	f, err := os.OpenFile(root, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil
	}
	return f
}

// stat is os.Stat without what that allocates.
func (s store) stat(name string) sight {
	if s.handle == nil {
		return sight{}
	}
	var st unix.Stat_t
	err := unix.Fstatat(int(s.handle.Fd()), name, &st, 0)
	for err == unix.EINTR {
		err = unix.Fstatat(int(s.handle.Fd()), name, &st, 0)
	}
	if err != nil {
		return sight{}
	}
	kind := st.Mode & unix.S_IFMT
	return sight{kind == unix.S_IFDIR, kind == unix.S_IFREG, fs.FileMode(st.Mode & 0o777), st.Size}
}

// readable asks the kernel, which knows of ACLs and of root's rights what no mode bits tell.
func (s store) readable(name string, dir bool) bool {
	mode := uint32(unix.R_OK)
	if dir {
		mode |= unix.X_OK
	}
	return unix.Faccessat(int(s.handle.Fd()), name, mode, unix.AT_EACCESS) == nil
}

// open opens a file for reading, and does not wait for somebody to write to it where it is a pipe.
func open(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
}
