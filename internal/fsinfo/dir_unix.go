//go:build unix

package fsinfo

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// OpenSub opens a directory in an open one for reading, and nothing else: no link is followed.
func OpenSub(dir int, name string) (int, error) {
	return open(dir, name, unix.O_RDONLY|unix.O_DIRECTORY)
}

// Names lists an open directory, from where it was last read to.
func Names(fd int) ([]string, error) {
	var list []string
	buf := make([]byte, 32<<10)
	for {
		n, err := unix.ReadDirent(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return list, err
		}
		_, _, list = syscall.ParseDirent(buf[:n], -1, list)
	}
}
