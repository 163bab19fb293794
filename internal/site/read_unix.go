//go:build unix

package site

import (
	"fmt"
	"io/fs"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// Dir returns the folder of the site's file. No variable names it: a user could choose another one.
func Dir([]string) string { return "/etc/go-safe" }

// readTrusted reads a file that only root could have written. For a machine without one it costs one system call.
func readTrusted(path string) ([]byte, error) {
	// Not to wait if the name is a pipe.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	defer unix.Close(fd)
	if why := fsinfo.NotRootsAlone(fd, path); why != "" {
		return nil, fmt.Errorf("%s %s", path, why)
	}
	data := make([]byte, 4096)
	n := 0
	for {
		got, err := unix.Read(fd, data[n:])
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil, fmt.Errorf("%s cannot be read: %w", path, err)
		case got == 0:
			return data[:n], nil
		}
		if n += got; n == len(data) {
			if n >= maxSize {
				return nil, fmt.Errorf("%s is larger than 1 MiB", path)
			}
			data = append(data, make([]byte, len(data))...)
		}
	}
}
