package cachelock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/lock"
)

// makeDir makes a missing directory and those above it, so that it can be locked. Like the go command it uses
// mode 0777 before the umask. It returns a function that removes them again if they are still empty and nobody
// else holds the lock: a go command that refuses its command line makes no cache.
func makeDir(dir string) (removeEmpty func()) {
	base, missing := dir, []string{}
	for !fsinfo.IsDir(base) && base != filepath.Dir(base) {
		missing = append(missing, filepath.Base(base))
		base = filepath.Dir(base)
	}
	if len(missing) == 0 {
		return func() {}
	}
	root, err := os.OpenRoot(base) // so that another user cannot redirect the removal
	if err != nil {
		return func() {}
	}
	var made []string
	path := ""
	for _, name := range slices.Backward(missing) {
		path = filepath.Join(path, name)
		if root.Mkdir(path, 0o777) == nil {
			made = append(made, path)
		}
	}
	return func() {
		defer root.Close()
		if !slices.Contains(made, path) {
			return // another process made it
		}
		if release, free := lock.TryExclusive(dir); free {
			removeLockFile(root, path)
			err := root.Remove(path)
			release() // before the rest: on some file systems of Windows a file that is open keeps its name
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return
			}
		} else if fsinfo.IsDir(dir) {
			return
		}
		// It is gone, perhaps by the go command. Another command may make and lock it again at this moment.
		made = slices.Delete(made, len(made)-1, len(made))
		for _, path := range slices.Backward(made) {
			if err := root.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return
			}
		}
	}
}

// removeLockFile removes the file that stands in for a directory (package lock), if there is nothing else in it. Who
// waits for the lock meanwhile sees that the file is gone, and makes a new one.
func removeLockFile(root *os.Root, dir string) {
	if list, err := fs.ReadDir(root.FS(), filepath.ToSlash(dir)); err == nil && len(list) > 0 {
		if len(list) == 1 && list[0].Name() == fsinfo.LockName {
			root.Remove(filepath.Join(dir, fsinfo.LockName))
		}
		return
	}
	root.Remove(dir + fsinfo.LockName)
}
