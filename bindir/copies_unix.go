//go:build unix

package bindir

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/access"
	"github.com/go-safe/go-safe/internal/fsinfo"
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

// openTarget opens the directory, for root by the rule of internal/fsinfo.
func openTarget(target, tmp string) (*os.Root, error) {
	if os.Geteuid() != 0 {
		return os.OpenRoot(target)
	}
	if err := fsinfo.Keeps(tmp); err != nil {
		return nil, err
	}
	d, err := fsinfo.OpenDir(target)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	root, err := d.Root()
	if err != nil {
		return nil, err
	}
	uid, gid := d.Owner()
	r := fsinfo.Receiver{UIDs: []int{uid}}
	if fi, err := root.Stat("."); err == nil && fi.Mode()&0o020 != 0 {
		r.GIDs = []int{gid}
	}
	if err := d.Check(r); err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}
