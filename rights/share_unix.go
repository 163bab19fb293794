//go:build unix

package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/user"
	"golang.org/x/sys/unix"
)

func share(dir, group string, homes []string, o *Options) (*Shared, error) {
	dir = filepath.Clean(dir)
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
	if err := swappable(dir); err != nil {
		return nil, err
	}
	s := &Shared{}
	open, err := s.openOrMake(dir, gid, o.Dry)
	if err != nil || open == nil {
		return s, err
	}
	defer open.Close()
	c := ofOpen(open)
	if group == "" {
		if gid, err = defaultGroup(open, c.facts); err != nil {
			s.forget(open)
			return nil, err
		}
	}
	receiver := c.receiver()
	receiver.GIDs = append(receiver.GIDs, gid)
	if err := open.Check(receiver); err != nil {
		return nil, err
	}
	d, shape, err := openCache(open, seen)
	if err != nil {
		return nil, err
	}
	s.Shape = shape
	r, err := shareRule(dir, d, c.facts, gid, group != "")
	if err != nil {
		unix.Close(d.fd)
		s.forget(open)
		return nil, err
	}
	s.ByACL, s.Group = r.policy == SharedACL, r.group
	k := newKeeper(r, o.Dry, d.self.mount, &tally{meter: &o.Meter, tell: o.Tell})
	d.part = whole
	if !c.facts.shares { // which on macOS no mode tells
		d.maker = rootAlone.below(d.self)
	}
	k.tree(d)
	k.walks.Wait()
	// Last, for it says that the rest is done.
	k.change(open.FD(), d.self, folder{self: d.self, zone: d.zone}, dir)
	s.Report = *k.tally.report()
	s.Unreachable = unreachable(dir, r.group)
	return s, nil
}

// openOrMake opens the directory, and makes it first where it is missing; in a dry run it is nil then.
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
	s.Made, s.Shape = true, Empty
	if dry {
		return nil, nil
	}
	if err := unix.Mkdirat(parent.FD(), filepath.Base(dir), 0o755); err != nil {
		return nil, &fs.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	return fsinfo.OpenDir(dir)
}

// forget removes the directory that was made for a cache that is refused.
func (s *Shared) forget(d *fsinfo.Dir) {
	if !s.Made {
		return
	}
	if up, err := d.Up(); err == nil {
		unix.Unlinkat(up.FD(), d.Name(), unix.AT_REMOVEDIR)
		up.Close()
	}
}

// defaultGroup is the group that a directory is shared with if none is named: its own. A directory that was moved
// into a folder of a group still has the group of its maker, or root's: then it is that of the folder. A group with
// only one user in it, which Debian makes for each user (adduser(8), USERGROUPS), is an error.
func defaultGroup(d *fsinfo.Dir, f facts) (int, error) {
	only, private := user.PrivateGroup(f.group)
	if private = private && f.group != 0; f.group != 0 && !private {
		return f.group, nil
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
	return f.group, nil
}

// handedDown is the group that a folder gives to what is made in it, -1 if its members cannot make anything in it.
func handedDown(d *fsinfo.Dir) int {
	e, err := lookAt(d.FD(), "")
	if err != nil || e.mode&fs.ModeSetgid == 0 || e.mode&0o020 == 0 {
		return -1
	}
	return e.gid
}

// above are the directories that a path leads through, the root first. Links are followed, for their targets count.
func above(dir string) (list []string) {
	if parent, err := filepath.EvalSymlinks(filepath.Dir(dir)); err == nil {
		for ; ; parent = filepath.Dir(parent) {
			list = append(list, parent)
			if parent == filepath.Dir(parent) {
				break
			}
		}
	}
	slices.Reverse(list)
	return list
}

// swappable is an error where everybody could rename the directory, or one above it, and put another in its place.
func swappable(dir string) error {
	for _, parent := range above(dir) {
		if fi, err := os.Stat(parent); err == nil && fi.Mode()&0o002 != 0 && fi.Mode()&fs.ModeSticky == 0 {
			return &Refusal{fmt.Sprintf("%s could be replaced by everybody, who may rename in %s", dir, parent), "chmod +t", parent}
		}
	}
	return nil
}

// unreachable returns the first directory above that does not let the group through, by its mode or ACL, "" where all do.
func unreachable(dir string, group int) string {
	for _, parent := range above(dir) {
		fi, err := os.Stat(parent)
		if err != nil {
			return parent
		}
		list := aclOf(uint32(fi.Mode().Perm()))
		if have := accessAt(parent); have != nil {
			list = have
		}
		if !list.letsThrough(group, int(fi.Sys().(*syscall.Stat_t).Gid)) {
			return parent
		}
	}
	return ""
}

// letsThrough reports whether members of a group may look entries up in a directory with this ACL that belongs to somebody else and to the
// group owner. What everybody may counts for those that no entry names.
func (l acl) letsThrough(group, owner int) bool {
	named := false
	for _, e := range l {
		if e.tag == groupTag && owner == group || e.tag == namedTag && int(e.id) == group {
			named = true
			if e.perm&l.mask()&1 != 0 {
				return true
			}
		}
	}
	other, _ := l.perm(otherTag)
	return !named && other&1 != 0
}

// shareRule is the rule of the cache that the directory is to become. The group of root is good only if it was named:
// on OpenShift each user is in it.
func shareRule(dir string, d folder, f facts, group int, named bool) (rule, error) {
	uid := os.Geteuid()
	switch {
	case uid != 0 && d.self.uid != uid:
		return rule{}, fmt.Errorf("%s belongs to uid %d, who can share it, or root", dir, d.self.uid)
	case d.self.mode&0o002 != 0:
		return rule{}, &Refusal{dir + " may be written to by everybody, who could change what its users run", "chmod -R o-w", dir}
	case f.everybody:
		return rule{}, &Refusal{dir + " has an ACL that lets everybody write, who could change what its users run", "chmod -R -N", dir}
	case uid != 0 && !slices.Contains(ourGroups(group), group):
		return rule{}, fmt.Errorf("uid %d is not in group %d; who is can share %s, or root", uid, group, dir)
	case uid == 0 && group == 0 && !named:
		return rule{}, fmt.Errorf("%s belongs to group 0, that of root; name another: --group", dir)
	}
	r := rule{policy: SharedACL, uid: uid, group: group, others: d.self.mode & 0o005}
	if list, err := macSharing(d.fd, group); err == nil && d.zone == buildZone {
		r.policy, r.group, r.entries = SharedACL, -1, list
		return r, nil
	}
	have, err := getACL(d.fd, defaultACL)
	if err != nil {
		r.policy = SharedSet
		return r, nil
	}
	r.inherits = sharing(have, uint16(r.others))
	return r, nil
}

// sharing is the default ACL of a shared cache: all rights for owner and group. Whom the one before named keeps his rights.
func sharing(before acl, others uint16) acl {
	list := acl{{ownerTag, 7, noID}}
	for _, e := range before {
		if e.tag == userTag || e.tag == namedTag {
			list = append(list, e)
		}
	}
	if len(list) > 1 {
		list = append(list, aclEntry{maskTag, 7, noID})
	}
	list = append(list, aclEntry{groupTag, 7, noID}, aclEntry{otherTag, others, noID})
	slices.SortStableFunc(list, func(a, b aclEntry) int { return int(a.tag) - int(b.tag) })
	return list
}
