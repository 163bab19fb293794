package clean

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// findMount returns an error that names a mount in a directory, if there is one: the mount would move along with
// what is set aside.
func findMount(dir string) error {
	dir, err := filepath.EvalSymlinks(dir) // without links, as in mountinfo
	if err != nil {
		return nil
	}
	for _, m := range fsinfo.Mounts() {
		if strings.HasPrefix(m.Point, dir+"/") {
			return &fs.PathError{Op: "set aside", Path: m.Point, Err: errors.New("is a mount point")}
		}
	}
	return nil
}
