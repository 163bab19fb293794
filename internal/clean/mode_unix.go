//go:build unix

package clean

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

func saveMode(dir string) (restore func() error) {
	cache, err := openCache(filepath.Clean(dir))
	nothing := func() error { return nil }
	if err != nil || cache == nil {
		return nothing
	}
	var was unix.Stat_t
	if unix.Fstat(cache.FD(), &was) != nil {
		cache.Close()
		return nothing
	}
	return func() error {
		defer cache.Close()
		var now unix.Stat_t
		removed := unix.Fstat(cache.FD(), &now) != nil || now.Nlink == 0
		if removed || now.Mode == was.Mode {
			return nil
		}
		if err := unix.Fchmod(cache.FD(), uint32(was.Mode)&keptBits); err != nil {
			return &fs.PathError{Op: fmt.Sprintf("give mode %04o back to", was.Mode&keptBits), Path: dir, Err: err}
		}
		return nil
	}
}
