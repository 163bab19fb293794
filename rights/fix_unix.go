//go:build unix

package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

func fix(dir string, o *Options) (*Report, error) {
	dir = filepath.Clean(dir)
	open, err := fsinfo.OpenDir(dir)
	if errors.Is(err, fs.ErrPermission) {
		return asideWhole(dir, Of(dir), o)
	}
	if err != nil {
		return nil, fixError(dir, err)
	}
	defer open.Close()
	c := ofOpen(open)
	if o.Owner != nil && c.facts.uid != 0 && o.Owner.UID != c.facts.uid {
		return nil, errors.New("only root can give files to another owner")
	}
	heir, in := heirOf(open, c)
	receiver := c.receiver()
	switch {
	case o.Owner != nil:
		receiver = fsinfo.Receiver{UIDs: []int{o.Owner.UID}, GIDs: []int{o.Owner.GID}}
	case heir:
		receiver = fsinfo.Receiver{UIDs: []int{in.uid}}
	}
	if err := open.Check(receiver); err != nil {
		return nil, err
	}
	useless := c.Policy == Unusable || c.Policy == ReadOnly || c.Policy == Open
	if useless && (o.Owner == nil || c.facts.uid != 0) {
		return asideWhole(dir, c, o)
	}
	var d folder
	if o.Bare {
		d, err = openBare(open)
	} else {
		d, _, err = openCache(open, seenByUser)
	}
	if err != nil {
		return nil, err
	}
	r := ruleOf(c.facts, c.Policy)
	r.give = o.Owner
	if !heir || r.give != nil {
		in = d.self
	} else {
		r.policy = ForOwner
	}
	k := newKeeper(r, o.Dry, d.self.mount, &tally{meter: &o.Meter, tell: o.Tell})
	if !c.facts.shares { // which on macOS no mode tells
		d.maker = rootAlone.below(d.self)
	}
	d.self = k.change(d.fd, d.self, folder{self: in, zone: d.zone}, dir)
	if o.Bare {
		unix.Close(d.fd)
		return k.tally.report(), nil
	}
	d.part = whole
	k.tree(d)
	k.walks.Wait()
	return k.tally.report(), nil
}

// openBare opens a directory once more, whatever is in it.
func openBare(d *fsinfo.Dir) (folder, error) {
	fd, err := openSub(d.FD(), ".")
	if err != nil {
		return folder{}, &fs.PathError{Op: "open", Path: d.Path, Err: err}
	}
	self, err := lookAt(fd, "")
	if err != nil {
		unix.Close(fd)
		return folder{}, &fs.PathError{Op: "stat", Path: d.Path, Err: err}
	}
	return folder{fd: fd, at: &node{name: d.Path}, self: self, zone: rootZone}, nil
}

// fixError names what was to be fixed, and not the element of the way that is missing.
func fixError(dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &fs.PathError{Op: "fix", Path: dir, Err: fs.ErrNotExist}
	}
	return err
}

// heirOf reports whether a cache of root's is in another user's directory, and returns that directory: root made the cache for that
// user.
func heirOf(d *fsinfo.Dir, c Cache) (is bool, in entry) {
	if c.facts.uid != 0 || c.facts.owner != 0 {
		return false, in
	}
	up, err := d.Up()
	if err != nil {
		return false, in
	}
	defer up.Close()
	in, err = lookAt(up.FD(), "")
	return err == nil && in.uid != 0 && in.mode&0o002 == 0 && !fsinfo.Unmapped(in.uid), in
}

// openCache opens a directory once more if it looks like a cache, for the caller to close. The second argument reports whether a
// path in it is one of a directory.
func openCache(d *fsinfo.Dir, isDir func(fd int, path string) bool) (folder, Shape, error) {
	fd, err := openSub(d.FD(), ".")
	if err != nil {
		return folder{}, Other, &fs.PathError{Op: "open", Path: d.Path, Err: err}
	}
	f, shape, err := cacheIn(fd, d.Path, isDir)
	if err != nil {
		unix.Close(fd)
	}
	return f, shape, err
}

// seen is what can be seen to be a directory.
func seen(fd int, path string) bool {
	e, err := lookAt(fd, path)
	return err == nil && e.mode.IsDir()
}

// seenByUser is seen, and takes for there what the user cannot see below cache, for another user closed it, or it was moved aside for that: which
// of what could be modules are ones cannot be known then, but how they are called.
func seenByUser(fd int, path string) bool {
	e, err := lookAt(fd, path)
	inside, ok := strings.CutPrefix(path, "cache/")
	if err == nil || !ok {
		return err == nil && e.mode.IsDir()
	}
	first, ok := strings.CutPrefix(inside, "download/")
	if ok && (strings.HasPrefix(first, ".") || !strings.Contains(first, ".")) { // as module.CheckPath asks for
		return false
	}
	return errors.Is(err, fs.ErrPermission) || seen(fd, "cache"+asideSuffix) || seen(fd, "cache/download"+asideSuffix)
}

func cacheIn(fd int, dir string, isDir func(fd int, path string) bool) (folder, Shape, error) {
	self, err := lookAt(fd, "")
	if err != nil {
		return folder{}, Other, &fs.PathError{Op: "stat", Path: dir, Err: err}
	}
	list, err := names(fd)
	if err != nil {
		return folder{}, Other, &fs.PathError{Op: "read", Path: dir, Err: err}
	}
	if err := rewind(fd); err != nil {
		return folder{}, Other, &fs.PathError{Op: "read", Path: dir, Err: err}
	}
	slices.Sort(list) // the same is named each time
	shape, odd := shapeOf(list, func(path string) bool { return isDir(fd, path) })
	if shape == Other {
		return folder{}, Other, fmt.Errorf("%s is not a cache of the go command: it has %s in it", dir, odd)
	}
	return folder{fd: fd, at: &node{name: dir}, self: self, zone: shape.zone()}, shape, nil
}

// foreign counts what Fix would move aside in a module cache, or open, leaving out what is in modules.
func foreign(dir string) (n int64, owner int) {
	c := Of(dir)
	r := shallow(dir, c)
	switch {
	case r == nil:
		return 0, -1
	case c.Policy == Own:
		return r.Changed[Aside], -1
	case len(r.Left) > 0:
		return r.Left[0].Count, ownerOf(r.Left[0].First)
	}
	return r.Total(), c.facts.uid
}

func closed(dir string) (n int64) {
	c := Of(dir)
	if r := shallow(dir, c); r != nil && c.Policy == Own {
		return r.Changed[Modes]
	}
	return 0
}

// shallow is the report of a Fix of a module cache that only looks, and not into modules; nil where there is nothing to look at.
func shallow(dir string, c Cache) *Report {
	if c.Policy != Own && c.Policy != SharedSet {
		return nil
	}
	open, err := fsinfo.OpenDir(dir)
	if err != nil {
		return nil
	}
	defer open.Close()
	d, _, err := openCache(open, seenByUser)
	if err != nil {
		return nil
	}
	if d.zone != rootZone {
		unix.Close(d.fd)
		return nil
	}
	k := newKeeper(ruleOf(c.facts, c.Policy), true, d.self.mount, &tally{meter: &Meter{}})
	k.shallow = true
	k.tree(d)
	k.walks.Wait()
	return k.tally.report()
}

// asideWhole moves a cache aside that is another user's and in a directory of ours, where it is of no use.
func asideWhole(dir string, c Cache, o *Options) (*Report, error) {
	parent := filepath.Dir(dir)
	if c.facts.owner < 0 { // whose it is nobody could tell: it may be ours
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: errors.New("cannot be looked at")}
	}
	if why := c.Distrust(); why != "" {
		return nil, &Refusal{dir + " " + why, "chmod o-w", dir}
	}
	if c.facts.uid == 0 || c.facts.owner == c.facts.uid || ownerOf(parent) != c.facts.uid || c.facts.writable {
		return nil, &fs.PathError{Op: "fix", Path: dir, Err: fmt.Errorf("is %s for uid %d and belongs to uid %d, who can fix it, or root",
			c.Policy, os.Geteuid(), c.facts.owner)}
	}
	fd, err := openDir(parent)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: parent, Err: err}
	}
	defer unix.Close(fd)
	t := tally{meter: &o.Meter, tell: o.Tell}
	t.list(nil, dir, movedAside)
	if !o.Dry {
		if err := moveAside(fd, filepath.Base(dir)); err != nil {
			return nil, &fs.PathError{Op: "move aside", Path: dir, Err: err}
		}
	}
	t.changed[Aside].Add(1)
	return t.report(), nil
}
