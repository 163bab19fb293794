//go:build unix

package bindir

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// copies does what Shell.moveOrCopyFile does. If the directory cannot be written to, the go command's own way makes
// it say why.
func copies(target, tmp, cache string) bool {
	to, err := os.Stat(target)
	if err != nil || !to.IsDir() || !fsinfo.Allowed(target, unix.R_OK|unix.W_OK|unix.X_OK) {
		return false
	}
	from, err := os.Stat(tmp)
	if err != nil {
		return false
	}
	work := filepath.Join(tmp, "go-build") // and a number
	inCache := cache != "" && strings.HasPrefix(work, cache)
	otherMount := fsinfo.Device(to) != fsinfo.Device(from) || fsinfo.MountID(target) != fsinfo.MountID(tmp)
	return to.Mode()&fs.ModeSetgid != 0 || inCache || otherMount
}

// openTarget opens the directory. For root it goes by the rule of package fsinfo.
func openTarget(target, tmp string) (*os.Root, error) {
	if os.Geteuid() != 0 {
		return os.OpenRoot(target)
	}
	if err := fsinfo.CheckKept(tmp); err != nil {
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
