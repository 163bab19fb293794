package fsinfo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A Dir is an open directory.
type Dir struct {
	Path string // by which it was opened, absolute and clean

	f *os.File
}

// OpenDir opens a directory for reading. On Windows there is no root whom others could lead elsewhere.
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

// Check returns nil.
func (d *Dir) Check(r Receiver) error { return nil }

// CheckForRoot returns nil.
func (d *Dir) CheckForRoot(r Receiver) error { return nil }

// CheckParent returns nil.
func (d *Dir) CheckParent(r Receiver) error { return nil }

// Root returns the directory as an os.Root.
func (d *Dir) Root() (*os.Root, error) { return os.OpenRoot(d.Path) }

// Close closes the handle.
func (d *Dir) Close() error { return d.f.Close() }
