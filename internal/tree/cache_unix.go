//go:build unix

package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"golang.org/x/sys/unix"
)

// OpenBare opens a directory once more, for the caller to close, whatever is in it.
func OpenBare(d *fsinfo.Dir) (Folder, error) {
	fd, err := fsinfo.OpenSub(d.FD(), ".")
	if err != nil {
		return Folder{}, &fs.PathError{Op: "open", Path: d.Path, Err: err}
	}
	self, err := Look(fd, "")
	if err != nil {
		unix.Close(fd)
		return Folder{}, &fs.PathError{Op: "stat", Path: d.Path, Err: err}
	}
	return Folder{FD: fd, At: &Node{Name: d.Path}, Self: self, Area: layout.ModRoot}, nil
}

// OpenCache opens a directory once more, for the caller to close, if it looks like a cache. isDir reports whether
// a path in it is one of a directory: IsDir or MayBeDir.
func OpenCache(d *fsinfo.Dir, isDir func(fd int, path string) bool) (Folder, layout.Shape, error) {
	f, err := OpenBare(d)
	if err != nil {
		return f, layout.Other, err
	}
	list, err := fsinfo.Names(f.FD)
	if err == nil {
		err = Rewind(f.FD)
	}
	if err != nil {
		unix.Close(f.FD)
		return Folder{}, layout.Other, &fs.PathError{Op: "read", Path: d.Path, Err: err}
	}
	slices.Sort(list) // so that each time the same entry is named
	shape, odd := layout.ShapeOf(list, func(path string) bool { return isDir(f.FD, path) })
	if shape == layout.Other {
		unix.Close(f.FD)
		return Folder{}, shape, fmt.Errorf("%s is not a cache of the go command: it has %s in it", d.Path, odd)
	}
	f.Area = shape.Area()
	return f, shape, nil
}

// IsDir reports whether a path in an open directory is seen to be a directory.
func IsDir(fd int, path string) bool {
	e, err := Look(fd, path)
	return err == nil && e.Mode.IsDir()
}

// MayBeDir is IsDir for a user who cannot see what is below cache, because another user closed it or it was moved
// aside for that. Then nobody can tell which directories are modules, except by how they are called
// (module.CheckPath).
func MayBeDir(fd int, path string) bool {
	e, err := Look(fd, path)
	inside, ok := strings.CutPrefix(path, "cache/")
	if err == nil || !ok {
		return err == nil && e.Mode.IsDir()
	}
	first, ok := strings.CutPrefix(inside, "download/")
	if ok && (strings.HasPrefix(first, ".") || !strings.Contains(first, ".")) {
		return false
	}
	aside := fsinfo.ForeignSuffix
	return errors.Is(err, fs.ErrPermission) || IsDir(fd, "cache"+aside) || IsDir(fd, "cache/download"+aside)
}
