package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// fix lets all entries inherit what the cache hands down. What was moved into it brought the rights that it had before.
func fix(dir string, o *Options) (*Report, error) {
	dir = filepath.Clean(dir)
	c := Of(dir)
	switch {
	case o.Owner != nil:
		return nil, errors.New("files are not given to others on Windows")
	case !c.facts.there:
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: fs.ErrNotExist}
	case c.Policy != Own && c.Policy != SharedACL:
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: fmt.Errorf("is %s, and belongs to %s, who can fix it, or an administrator",
			c.Policy, userName(c.facts.owner))}
	case remote(dir):
		return &Report{}, nil // what is inherited there is for the server to say
	}
	f, _, err := openCache(dir)
	if err != nil {
		return nil, err
	}
	cache, err := descriptorOf(windows.GetSecurityInfo(windows.Handle(f.Fd()), windows.SE_FILE_OBJECT, told))
	if err != nil {
		f.Close()
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: err}
	}
	k := &keeper{dry: o.Dry, tally: &tally{meter: &o.Meter, tell: o.Tell}, wrong: func(d descriptor, isDir bool) bool {
		return !d.follows(cache, isDir)
	}}
	k.tree(f, &node{name: dir}, whole)
	return k.tally.report(), nil
}

func foreign(dir string) (n int64, owner int) { return 0, -1 }

func closed(dir string) (n int64) { return 0 }

// volume finds nothing: there are no owners to be given something.
func volume(string, Owner) (caches []string, bare bool) { return nil, false }
