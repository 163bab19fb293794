//go:build unix

package cachefix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

func fixDir(dir string, o *tree.Options) (*tree.Report, error) {
	dir = filepath.Clean(dir)
	open, err := fsinfo.OpenDir(dir)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return moveCacheAside(rights.Of(dir), o)
	case errors.Is(err, fs.ErrNotExist): // whichever element of the way it is
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: fs.ErrNotExist}
	case err != nil:
		return nil, err
	}
	defer open.Close()
	c := rights.OfOpen(open)
	if o.Owner != nil && c.UID != 0 && o.Owner.UID != c.UID {
		return nil, errors.New("only root can give files to another owner")
	}
	heir, in := heirOf(open, c)
	if err := open.Check(receiver(c, o, heir, in)); err != nil {
		return nil, err
	}
	useless := c.Policy == rights.Unusable || c.Policy == rights.ReadOnly || c.Policy == rights.Open
	if useless && (o.Owner == nil || c.UID != 0) {
		return moveCacheAside(c, o)
	}
	var d tree.Folder
	if o.TopOnly {
		d, err = tree.OpenBare(open)
	} else {
		d, _, err = tree.OpenCache(open, tree.MayBeDir)
	}
	if err != nil {
		return nil, err
	}
	r := tree.RuleOf(c)
	r.Give = o.Owner
	if !heir || r.Give != nil {
		in = d.Self
	} else {
		r.Policy = rights.ForOwner
	}
	return walk(tree.New(r, d.Self.Mount, o), d, in, o.TopOnly), nil
}

// walk brings the directory in line, and what is in it unless that is bare.
func walk(w *tree.Walker, d tree.Folder, in tree.Entry, bare bool) *tree.Report {
	d.Writer = tree.RootOnly.Below(d.Self)
	d.Self = w.ChangeRoot(d.FD, d, in)
	if bare {
		unix.Close(d.FD)
		return w.Report()
	}
	d.Part = tree.Whole
	w.Tree(d)
	return w.Report()
}

// receiver returns for whom root acts.
func receiver(c rights.Cache, o *tree.Options, heir bool, in tree.Entry) fsinfo.Receiver {
	switch {
	case o.Owner != nil:
		return fsinfo.Receiver{UIDs: []int{o.Owner.UID}, GIDs: []int{o.Owner.GID}}
	case heir:
		return fsinfo.Receiver{UIDs: []int{in.UID}}
	}
	return c.Receiver()
}

// heirOf reports whether a cache of root's is in another user's directory, and returns that directory: root made
// the cache for that user.
func heirOf(d *fsinfo.Dir, c rights.Cache) (is bool, in tree.Entry) {
	if c.UID != 0 || c.Owner != 0 {
		return false, in
	}
	up, err := d.Up()
	if err != nil {
		return false, in
	}
	defer up.Close()
	in, err = tree.Look(up.FD(), "")
	return err == nil && in.UID != 0 && in.Mode&0o002 == 0 && !fsinfo.Unmapped(in.UID), in
}

// moveCacheAside moves a cache of another user that is of no use to us aside, if it is in a directory of ours.
func moveCacheAside(c rights.Cache, o *tree.Options) (*tree.Report, error) {
	parent := filepath.Dir(c.Dir)
	switch {
	case c.Owner < 0: // nobody could tell whose it is: it may be ours
		return nil, &fs.PathError{Op: "fix", Path: c.Dir, Err: errors.New("cannot be looked at")}
	case c.Policy == rights.ReadOnly && c.Writable:
		return nil, &tree.Refusal{
			Why:     c.Dir + " belongs to a user without a number in this user namespace",
			Command: "chmod o-w", Path: c.Dir,
		}
	case c.UID == 0 || c.Owner == c.UID || fsinfo.OwnerOf(parent) != c.UID || c.Writable:
		return nil, &fs.PathError{Op: "fix", Path: c.Dir, Err: fmt.Errorf(
			"is %s for uid %d, because it belongs to uid %d; only that user or root can fix it",
			c.Policy, os.Geteuid(), c.Owner)}
	}
	fd, err := fsinfo.OpenSub(unix.AT_FDCWD, parent)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: parent, Err: err}
	}
	defer unix.Close(fd)
	return tree.MoveAside(fd, parent, filepath.Base(c.Dir), o)
}

func foreign(dir string) (n int64, owner int) {
	c := rights.Of(dir)
	r := dryRun(dir, c)
	switch {
	case r == nil:
		return 0, -1
	case c.Policy == rights.Own:
		return r.Changed[tree.Aside], -1
	case len(r.Left) > 0:
		return r.Left[0].Count, fsinfo.OwnerOf(r.Left[0].First)
	}
	return r.Total(), c.UID
}

func closed(dir string) (n int64) {
	c := rights.Of(dir)
	if r := dryRun(dir, c); r != nil && c.Policy == rights.Own {
		return r.Changed[tree.Modes]
	}
	return 0
}

// dryRun returns the report of a Dir that only looks, and not into modules; nil if there is nothing to look at.
func dryRun(dir string, c rights.Cache) *tree.Report {
	if c.Policy != rights.Own && c.Policy != rights.SharedSet {
		return nil
	}
	open, err := fsinfo.OpenDir(dir)
	if err != nil {
		return nil
	}
	defer open.Close()
	d, shape, err := tree.OpenCache(open, tree.MayBeDir)
	if err != nil {
		return nil
	}
	if shape == layout.BuildCache {
		unix.Close(d.FD)
		return nil
	}
	w := tree.New(tree.RuleOf(c), d.Self.Mount, &tree.Options{Dry: true})
	w.SkipModules = true
	w.Tree(d)
	return w.Report()
}
