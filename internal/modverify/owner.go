package modverify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	pathpkg "path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// An OwnerError says that only the owner of something can change it.
type OwnerError struct {
	Path string
	UID  int
}

func (e *OwnerError) Error() string {
	return fmt.Sprintf("cannot change %s, which belongs to uid %d", e.Path, e.UID)
}

// explain makes an OwnerError of an error that only says that something in dir, which is at path, may not be
// changed. Where dir does not forbid it, explain returns the error with its whole path.
func explain(dir *os.Root, path string, err error) error {
	fi, statErr := dir.Stat(".")
	if errors.Is(err, fs.ErrPermission) && statErr == nil {
		if uid := fsinfo.Owner(fi); uid != os.Geteuid() || fi.Mode()&0o300 != 0o300 {
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

// systemError is what the system said, without paths.
func systemError(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// canReplace says why the go command could not remove what is extracted and extract it again. It first makes
// each folder writable, and only the folder's owner can do that (cmd/go/internal/modfetch.RemoveAll).
func (c *Cache) canReplace(e *Entry) error {
	above, name := pathpkg.Split(e.Dir())
	parent, err := c.root.OpenRoot(pathpkg.Clean(above))
	if err != nil {
		return err
	}
	defer parent.Close()
	if err := writable(parent); err != nil {
		return explain(parent, c.path(above), err)
	}
	if os.Geteuid() == 0 {
		return nil
	}
	return c.ownsFolders(parent, name, c.path(e.Dir()))
}

// ownsFolders says which folder of a tree belongs to another user.
func (c *Cache) ownsFolders(parent *os.Root, name, path string) error {
	fi, err := parent.Lstat(name)
	if err != nil || !fi.IsDir() {
		return err
	}
	if uid := fsinfo.Owner(fi); uid != os.Geteuid() {
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
