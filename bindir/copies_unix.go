//go:build unix

package bindir

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/access"
	"golang.org/x/sys/unix"
)

// copies follows Shell.moveOrCopyFile. In a directory that cannot be written to the go command's own way shows what it
// says of it.
func copies(target, tmp, cache string) bool {
	to, err := os.Stat(target)
	if err != nil || !to.IsDir() || !access.Allowed(target, unix.R_OK|unix.W_OK|unix.X_OK) {
		return false
	}
	from, err := os.Stat(tmp)
	if err != nil {
		return false
	}
	work := filepath.Join(tmp, "go-build") // the go command adds digits
	inCache := cache != "" && strings.HasPrefix(work, cache)
	return to.Mode()&fs.ModeSetgid != 0 || inCache || deviceOf(to) != deviceOf(from) || mountOf(target) != mountOf(tmp)
}

// deviceOf returns the device that a file is on.
func deviceOf(fi fs.FileInfo) uint64 {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Dev)
	}
	return 0
}
