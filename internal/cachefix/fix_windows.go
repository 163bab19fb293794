package cachefix

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/windows"
)

// fixDir lets all entries inherit what the cache hands down. What was moved into it brought the rights that it had
// before.
func fixDir(dir string, o *tree.Options) (*tree.Report, error) {
	dir = filepath.Clean(dir)
	c := rights.Of(dir)
	switch {
	case o.Owner != nil:
		return nil, errGive
	case !c.Exists:
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: fs.ErrNotExist}
	case c.Policy != rights.Own && c.Policy != rights.SharedACL:
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: fmt.Errorf(
			"is %s, because it belongs to another user; only that user or an administrator can fix it", c.Policy)}
	case fsinfo.Remote(dir):
		return &tree.Report{}, nil // the server decides what is inherited there
	}
	f, _, err := tree.OpenCache(dir)
	if err != nil {
		return nil, err
	}
	top, err := acl.DescriptorOf(windows.Handle(f.Fd()))
	if err != nil {
		f.Close()
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: err}
	}
	w := tree.New(func(d acl.Descriptor, isDir bool) bool { return !d.Follows(top, isDir) }, o)
	w.Tree(f)
	return w.Report(), nil
}

var errGive = errors.New("files are not given to others on Windows")

// The rest is about owners who have numbers.

func fixHome(string, tree.Owner, *tree.Options) (*tree.Report, []string, error) {
	return nil, nil, errGive
}

func foreign(dir string) (n int64, owner int) { return 0, -1 }

func closed(dir string) (n int64) { return 0 }

func volume(string, tree.Owner) (caches []string, bare bool) { return nil, false }
