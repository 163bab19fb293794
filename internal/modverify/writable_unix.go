//go:build unix

package modverify

import (
	"io/fs"
	"os"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// writable says why nothing can be made in a directory.
func writable(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	if !fsinfo.AllowedAt(int(f.Fd()), ".", unix.W_OK|unix.X_OK) {
		return &fs.PathError{Op: "write to", Path: ".", Err: syscall.EACCES}
	}
	return nil
}
