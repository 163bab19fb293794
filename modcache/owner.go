package modcache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	pathpkg "path"
	"path/filepath"
	"strings"
	"syscall"
)

// An OwnerError says that only the owner of something can change it.
type OwnerError struct {
	Path string
	UID  int
}

func (e *OwnerError) Error() string {
	return fmt.Sprintf("cannot change %s, which belongs to uid %d", e.Path, e.UID)
}

// owned makes an OwnerError of an error that says no more than that something in dir, which is at path, may not be changed. Where it is not dir
// that forbids it, the error stays, with the whole path.
func (c *Cache) owned(dir *os.Root, path string, err error) error {
	fi, statErr := dir.Stat(".")
	if errors.Is(err, fs.ErrPermission) && statErr == nil {
		if uid, _ := ownerOf(fi); uid != os.Geteuid() || fi.Mode()&0o300 != 0o300 {
			return &OwnerError{path, uid}
		}
	}
	return inFull(path, err)
}

// inFull gives an error of an os.Root its whole path.
func inFull(path string, err error) error {
	if e, ok := err.(*fs.PathError); ok && !filepath.IsAbs(e.Path) {
		return &fs.PathError{Op: strings.TrimSuffix(e.Op, "at"), Path: filepath.Join(path, e.Path), Err: e.Err}
	}
	return err
}

// lastError is what the system said, without the paths.
func lastError(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	return err
}

// canReplace says why the go command could not remove and make anew what is extracted: it first gives itself the right to write to each
// folder, which is for its owner alone to do (cmd/go/internal/modfetch.RemoveAll).
func (c *Cache) canReplace(e Entry) error {
	parent, err := c.root.OpenRoot(pathpkg.Dir(e.dir))
	if err != nil {
		return err
	}
	defer parent.Close()
	if err := writable(parent); err != nil {
		return c.owned(parent, c.path(pathpkg.Dir(e.dir)), err)
	}
	if os.Geteuid() == 0 {
		return nil
	}
	return c.ownsFolders(parent, pathpkg.Base(e.dir), c.path(e.dir))
}

// ownsFolders says which folder in the tree is another user's.
func (c *Cache) ownsFolders(parent *os.Root, name, path string) error {
	fi, err := parent.Lstat(name)
	if err != nil || !fi.IsDir() {
		return err
	}
	if uid, _ := ownerOf(fi); uid != os.Geteuid() {
		return &OwnerError{path, uid}
	}
	dir, err := enter(parent, name, c.rootDevice)
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := list(dir)
	for _, d := range names {
		if d.IsDir() && err == nil {
			err = c.ownsFolders(dir, d.Name(), path)
		}
	}
	return err
}
