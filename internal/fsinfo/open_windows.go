package fsinfo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A Dir is an open directory, with the way that led to it.
type Dir struct {
	Path string // as it was named, absolute and clean

	f *os.File
}

// OpenDir opens a directory for reading. Windows has no user whom others could have act for them as they could have root.
func OpenDir(path string) (*Dir, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if fi, err := f.Stat(); err != nil || !fi.IsDir() {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("is not a directory")}
	}
	return &Dir{Path: filepath.Clean(path), f: f}, nil
}

// Check finds nothing to object to.
func (d *Dir) Check(r Receiver) error { return nil }

// CheckForRoot finds nothing either.
func (d *Dir) CheckForRoot(r Receiver) error { return nil }

// CheckParent finds nothing either.
func (d *Dir) CheckParent(r Receiver) error { return nil }

// Root returns the directory as an os.Root.
func (d *Dir) Root() (*os.Root, error) { return os.OpenRoot(d.Path) }

// Close closes the handle.
func (d *Dir) Close() error { return d.f.Close() }
