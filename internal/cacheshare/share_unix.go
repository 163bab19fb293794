//go:build unix

package cacheshare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"github.com/go-safe/go-safe/internal/user"
	"golang.org/x/sys/unix"
)

func share(dir, group string, others Others, homes []string, o *tree.Options) (*Shared, error) {
	gid := -1
	if group != "" {
		var err error
		if gid, err = user.GroupID(group); err != nil {
			return nil, err
		}
	}
	if why := notToShare(dir, homes); why != "" {
		return nil, errors.New(dir + " " + why)
	}
	if err := checkAbove(dir); err != nil {
		return nil, err
	}
	s := &Shared{}
	open, err := s.openOrMake(dir, gid, o.Dry)
	if err != nil || open == nil {
		return s, err
	}
	defer open.Close()
	c := rights.OfOpen(open)
	if group == "" {
		if gid, err = defaultGroup(open, c); err != nil {
			s.forget(open)
			return nil, err
		}
	}
	receiver := c.Receiver()
	receiver.GIDs = append(receiver.GIDs, gid)
	if err := open.Check(receiver); err != nil {
		return nil, err
	}
	d, shape, err := tree.OpenCache(open, tree.IsDir)
	if err != nil {
		return nil, err
	}
	r, err := ruleFor(dir, d, gid, group != "", others)
	if err != nil {
		unix.Close(d.FD)
		s.forget(open)
		return nil, err
	}
	s.Shape, s.ByACL, s.Group = shape, r.Policy == rights.SharedACL, r.Group
	s.Report = *walk(tree.New(r, d.Self.Mount, o), d, open)
	s.Unreachable = unreachable(dir, r.Group)
	return s, nil
}

// walk brings in line what is in the cache, and the cache itself last, because its mode says that the rest is done.
func walk(w *tree.Walker, d tree.Folder, open *fsinfo.Dir) *tree.Report {
	d.Part = tree.Whole
	d.Writer = tree.RootOnly.Below(d.Self)
	w.Tree(d)
	w.Wait()
	w.ChangeRoot(open.FD(), d, d.Self)
	return w.Report()
}

// openOrMake opens the directory, and makes it if it does not exist. In a dry run it is nil then.
func (s *Shared) openOrMake(dir string, gid int, dry bool) (*fsinfo.Dir, error) {
	open, err := fsinfo.OpenDir(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return open, err
	}
	parent, err := fsinfo.OpenDir(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	if gid < 0 {
		gid = handedDown(parent)
	}
	if err := parent.CheckParent(fsinfo.Receiver{GIDs: []int{gid}}); err != nil {
		return nil, err
	}
	s.Made, s.Shape = true, layout.Empty
	if dry {
		return nil, nil
	}
	if err := unix.Mkdirat(parent.FD(), filepath.Base(dir), 0o755); err != nil {
		return nil, &fs.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	return fsinfo.OpenDir(dir)
}

// forget removes the directory if it was made for a cache that is refused.
func (s *Shared) forget(d *fsinfo.Dir) {
	if !s.Made {
		return
	}
	if up, err := d.Up(); err == nil {
		unix.Unlinkat(up.FD(), d.Name(), unix.AT_REMOVEDIR)
		up.Close()
	}
}

// defaultGroup returns the group that a directory is shared with if none is named: its own. A directory that was
// moved into a folder of a group still has the group of its maker, or root's: then it is that of the folder. A
// group with only one user in it, which Debian makes for each user (adduser(8), USERGROUPS), is an error.
func defaultGroup(d *fsinfo.Dir, c rights.Cache) (int, error) {
	only, private := user.PrivateGroup(c.Group)
	if private = private && c.Group != 0; c.Group != 0 && !private {
		return c.Group, nil
	}
	if up, err := d.Up(); err == nil {
		defer up.Close()
		if gid := handedDown(up); gid > 0 {
			return gid, nil
		}
	}
	if private {
		return -1, fmt.Errorf("%s belongs to group %s, and only %[2]s is in it; name another: --group", d.Path, only)
	}
	return c.Group, nil
}

// handedDown returns the group that a folder gives to what is made in it, -1 if its members cannot make anything
// in it.
func handedDown(d *fsinfo.Dir) int {
	e, err := tree.Look(d.FD(), "")
	if err != nil || e.Mode&fs.ModeSetgid == 0 || e.Mode&0o020 == 0 {
		return -1
	}
	return e.GID
}

// ruleFor returns the rule of the cache that the directory is to become. The group of root is good only if it was
// named: on OpenShift each user is in it.
func ruleFor(dir string, d tree.Folder, group int, named bool, others Others) (tree.Rule, error) {
	uid := os.Geteuid()
	switch {
	case uid != 0 && d.Self.UID != uid:
		return tree.Rule{}, fmt.Errorf("%s belongs to uid %d; only that user or root can share it", dir, d.Self.UID)
	case d.Self.Mode&0o002 != 0:
		return tree.Rule{}, &tree.Refusal{
			Why:     dir + " may be written to by everybody, who could change what its users run",
			Command: "chmod -R o-w", Path: dir,
		}
	case uid != 0 && user.JoinedLater(group) != "":
		return tree.Rule{}, fmt.Errorf("group %s is yours from the next login on; log in again, or run: newgrp %[1]s",
			user.JoinedLater(group))
	case uid != 0 && !slices.Contains(rights.Groups(), group):
		return tree.Rule{}, fmt.Errorf("uid %d is not in group %d; only a member of the group or root can share %s",
			uid, group, dir)
	case uid == 0 && group == 0 && !named:
		return tree.Rule{}, fmt.Errorf("%s belongs to group 0, that of root; name another: --group", dir)
	}
	r := tree.Rule{Policy: rights.SharedACL, UID: uid, Group: group}
	if others == Open {
		r.Others = 0o005
	}
	have, err := acl.Get(d.FD, acl.Default)
	if err != nil {
		r.Policy = rights.SharedSet
		return r, nil
	}
	r.Default = tree.SharedDefault(have, r.Others)
	return r, nil
}
