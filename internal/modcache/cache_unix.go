//go:build unix

package modcache

import (
	"io/fs"
	"os"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// Nonblock keeps an open from waiting for the other end of a pipe.
const Nonblock = unix.O_NONBLOCK

// openDir opens the directory of a cache, nil where that cannot be.
func openDir(root string) *os.File {
	f, err := os.OpenFile(root, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil
	}
	return f
}

// stat is os.Stat without what that allocates.
func (c Cache) stat(name string) Info {
	if c.handle == nil {
		return Info{}
	}
	var st unix.Stat_t
	err := unix.Fstatat(int(c.handle.Fd()), name, &st, 0)
	for err == unix.EINTR {
		err = unix.Fstatat(int(c.handle.Fd()), name, &st, 0)
	}
	if err != nil {
		return Info{}
	}
	kind := st.Mode & unix.S_IFMT
	return Info{kind == unix.S_IFDIR, kind == unix.S_IFREG, fs.FileMode(st.Mode & 0o777), st.Size}
}

// readable asks the kernel: ACLs and root's rights show in no mode bits.
func (c Cache) readable(name string, dir bool) bool {
	mode := uint32(unix.R_OK)
	if dir {
		mode |= unix.X_OK
	}
	return fsinfo.AllowedAt(int(c.handle.Fd()), name, mode)
}
