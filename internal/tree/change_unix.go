//go:build unix

package tree

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"golang.org/x/sys/unix"
)

// isRight reports whether a file is as it should be, as far as that can be told without opening it. The mode tells
// all of an ACL that names nobody.
func (w *Walker) isRight(d Folder, name string, e Entry) bool {
	t := w.Rule.target(e, d.Self, d.Area, name)
	return t.same(e) && (t.access == nil || slices.Equal(acl.At(d.FD, name, acl.Access), t.access))
}

// chmodByName gives a file of ours its mode by name, which takes a fourth of the time, and reports whether that
// was all. The name is sure to be the file that was looked at only in a directory of ours that nobody else may
// write to.
func (w *Walker) chmodByName(d Folder, name string, e Entry) bool {
	t := w.Rule.target(e, d.Self, d.Area, name)
	exclusive := d.Self.UID == w.Rule.UID && d.Self.Mode&0o022 == 0
	onlyMode := t.access == nil && t.uid == e.UID && t.gid == e.GID
	if !exclusive || !onlyMode || w.suspect(e, d) || w.Rule.refuses(e, t) != "" {
		return false
	}
	if !w.dry && unix.Fchmodat(d.FD, name, fsinfo.SystemMode(t.mode), unix.AT_SYMLINK_NOFOLLOW) != nil {
		return false
	}
	w.count(e, t, false, d, name)
	return true
}

// Change brings an open entry of the directory d in line and returns what it is then.
func (w *Walker) Change(fd int, e Entry, d Folder, name string) Entry {
	_, do := w.plan(fd, e, d, name)
	return do()
}

// ChangeRoot brings a cache itself in line, open as fd, which counts as an entry of a directory in. It returns
// what the cache is then.
func (w *Walker) ChangeRoot(fd int, cache Folder, in Entry) Entry {
	w.Saw(1)
	parent := Folder{Self: in, Area: layout.Build} // an area in which a directory's name plays no part
	return w.Change(fd, cache.Self, parent, cache.At.Name)
}

// plan returns what an open entry will be, and what brings it in line.
func (w *Walker) plan(fd int, e Entry, d Folder, name string) (will Entry, do func() Entry) {
	nothing := func() Entry { return e }
	t := w.Rule.target(e, d.Self, d.areaOf(name, e), name)
	allowed := !w.suspect(e, d) || w.limit(fd, e, &t, d, name)
	lists := listsToSet(fd, t)
	if t.same(e) && !lists.any() {
		return e, nothing
	}
	why := w.Rule.refuses(e, t)
	switch {
	case why != "":
	case !allowed:
		why = fmt.Sprintf("is not for all to read, and whoever may write here could have moved it here; "+
			"to open it all the same: --owner %d:%d", t.uid, t.gid)
	case w.bornSecret(e, d):
		return e, nothing // it is not reported: most often another command of ours has yet to finish and repair it
	}
	if why != "" {
		w.Leave(d.At, name, why)
		return e, nothing
	}
	will = e
	will.UID, will.GID, will.Mode = t.uid, t.gid, t.mode
	return will, func() Entry {
		if !w.dry {
			if err := t.set(fd, e, lists); err != nil {
				w.Leave(d.At, name, err.Error())
				return e
			}
		}
		w.count(e, t, lists.any(), d, name)
		return will
	}
}

// lists says which ACLs of an entry have to be set.
type lists struct{ access, inherits bool }

func (l lists) any() bool { return l.access || l.inherits }

// listsToSet compares the ACLs of an open entry with its target. A file system without ACLs needs none.
func listsToSet(fd int, t target) (l lists) {
	differs := func(k acl.Kind, want acl.POSIX) bool {
		if want == nil {
			return false
		}
		have, err := acl.Get(fd, k)
		return err == nil && !slices.Equal(have, want)
	}
	return lists{differs(acl.Access, t.access), differs(acl.Default, t.inherits)}
}

// set makes an open entry what it is to be. The owner comes first, because a change of it takes bits of the mode
// away; the access ACL comes before the mode, whose group bits are its mask.
func (t target) set(fd int, e Entry, l lists) error {
	if t.uid != e.UID || t.gid != e.GID {
		if err := unix.Fchown(fd, t.uid, t.gid); err != nil {
			return err
		}
	}
	if l.access {
		if err := acl.Set(fd, acl.Access, t.access); err != nil {
			return err
		}
	}
	if t.mode != e.Mode {
		if err := unix.Fchmod(fd, fsinfo.SystemMode(t.mode)); err != nil {
			return err
		}
	}
	if l.inherits {
		return acl.Set(fd, acl.Default, t.inherits)
	}
	return nil
}

// count puts a change into the report.
func (w *Walker) count(e Entry, t target, lists bool, d Folder, name string) {
	owner, mode := t.uid != e.UID || t.gid != e.GID, t.mode != e.Mode
	if owner {
		w.tally.changed[Owners].Add(1)
	}
	if mode {
		w.tally.changed[Modes].Add(1)
	}
	if lists {
		w.tally.changed[ACLs].Add(1)
	}
	if w.tally.tell == nil { // to find the words takes longer than the change
		return
	}
	var what []string
	if owner {
		what = append(what, fmt.Sprintf("owner %d:%d to %d:%d", e.UID, e.GID, t.uid, t.gid))
	}
	if mode {
		what = append(what, fmt.Sprintf("mode %04o to %04o", fsinfo.SystemMode(e.Mode), fsinfo.SystemMode(t.mode)))
	}
	if lists {
		what = append(what, "ACL")
	}
	w.tally.list(d.At, name, strings.Join(what, ", "))
}

// others deals with an entry of another user, if we are not root, and reports whether that was all. In a cache of
// ours it moves aside what we cannot work with: that takes no right except on the directory.
func (w *Walker) others(d Folder, name string, e Entry) bool {
	if w.Rule.UID == 0 || e.UID == w.Rule.UID {
		return false
	}
	if works(d.FD, name, d.areaOf(name, e).Needs(name, e.Mode.IsDir())) {
		return !e.Mode.IsDir()
	}
	switch {
	case layout.IsAside(name):
	case w.Rule.Policy == rights.Own:
		w.aside(d.FD, d.At, name)
	case w.Rule.Since.IsZero():
		w.Leave(d.At, name, fmt.Sprintf("belongs to uid %d", e.UID))
	}
	return true
}

func (w *Walker) aside(dirfd int, at *Node, name string) {
	if !w.dry {
		if err := moveAside(dirfd, name); err != nil {
			w.Leave(at, name, err.Error())
			return
		}
	}
	w.tally.changed[Aside].Add(1)
	w.tally.list(at, name, movedAside)
}

// MoveAside renames a whole cache in an open directory to a free name beside it. at is the path of the directory.
func MoveAside(dirfd int, at, name string, o *Options) (*Report, error) {
	if !o.Dry {
		if err := moveAside(dirfd, name); err != nil {
			return nil, &fs.PathError{Op: "move aside", Path: (&Node{Name: at}).Path(name), Err: err}
		}
	}
	t := newTally(o)
	t.list(&Node{Name: at}, name, movedAside)
	t.changed[Aside].Add(1)
	return t.report(), nil
}
