//go:build unix

package tree

import (
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
)

// A Rule is a cache's policy as it applies to the entries in it.
type Rule struct {
	Policy  rights.Policy
	UID     int         // who acts
	Group   int         // that shares the cache, -1 for none
	Others  fs.FileMode // what everybody else may at most, as the last digit of a mode
	Default acl.POSIX   // what directories hand down; nil where the file system has no ACLs

	Give  *Owner      // to whom all entries are to belong; nil: to the owner of their directory
	Since time.Time   // only entries made after it count; zero: all
	Reads fs.FileMode // the rights to read that the umask left to entries made after Since
}

// RuleOf returns the rule of a cache for this process.
func RuleOf(c rights.Cache) Rule {
	r := Rule{Policy: c.Policy, UID: c.UID, Group: -1, Others: c.Mode & 0o005, Default: c.Default}
	if c.Mode&fs.ModeSetgid != 0 {
		r.Group = c.Group
	}
	return r
}

// SharedDefault returns the default ACL of a cache that a group shares: all rights for owner and group. Users and
// groups that the ACL before it names keep their rights.
func SharedDefault(before acl.POSIX, others fs.FileMode) acl.POSIX {
	list := acl.POSIX{{Tag: acl.UserObj, Perm: 7, ID: acl.NoID}}
	for _, e := range before {
		if e.Tag == acl.User || e.Tag == acl.Group {
			list = append(list, e)
		}
	}
	if len(list) > 1 {
		list = append(list, acl.Entry{Tag: acl.Mask, Perm: 7, ID: acl.NoID})
	}
	list = append(list,
		acl.Entry{Tag: acl.GroupObj, Perm: 7, ID: acl.NoID},
		acl.Entry{Tag: acl.Other, Perm: uint16(others), ID: acl.NoID})
	slices.SortStableFunc(list, func(a, b acl.Entry) int { return int(a.Tag) - int(b.Tag) })
	return list
}

// A target is how an entry is to be.
type target struct {
	uid, gid int
	mode     fs.FileMode
	access   acl.POSIX // nil: no more than the mode
	inherits acl.POSIX // of a directory, nil: as it is
}

// same reports whether owner, group and mode are as they are to be.
func (t target) same(e Entry) bool {
	return t.uid == e.UID && t.gid == e.GID && t.mode == e.Mode
}

// target returns how the entry e of the directory in is to be.
func (r Rule) target(e, in Entry, area layout.Area, name string) target {
	t := target{uid: e.UID, gid: e.GID, mode: e.Mode}
	r.setOwner(&t, e, in)
	if r.UID == 0 || t.uid == r.UID {
		t.mode |= area.Needs(name, e.Mode.IsDir())
		r.setShared(&t, e.Mode.IsDir())
	}
	return t
}

// setOwner decides to whom the entry is to belong.
func (r Rule) setOwner(t *target, e, in Entry) {
	switch {
	case r.UID != 0:
	case r.Give != nil:
		t.uid, t.gid = r.Give.UID, r.Give.GID
	case r.Policy == rights.SharedSet && !r.Since.IsZero() && e.Born.IsZero():
		// Nobody can tell who made it, and the group's rights will do.
	case e.UID == 0 && in.UID != 0 && r.givesTo(e):
		t.uid, t.gid = in.UID, in.GID
	}
}

// givesTo reports whether the policy gives an entry of root's to the owner of its directory. An ACL may let in
// others than that owner, who then must not get what not all may read.
func (r Rule) givesTo(e Entry) bool {
	switch r.Policy {
	case rights.ForOwner, rights.SharedSet:
		return true
	case rights.SharedACL:
		return readableByAll(e.Mode)
	}
	return false
}

// setShared gives the group of a shared cache what the owner may. Others get no more than the cache's own mode or
// ACL gives them, and lose what is more.
func (r Rule) setShared(t *target, dir bool) {
	user := t.mode.Perm() >> 6
	switch r.Policy {
	case rights.SharedSet:
		t.mode = t.mode&^0o077 | user<<3 | user&r.Others
	case rights.SharedACL:
		list := r.Default.Inherited(uint16(user))
		t.mode = t.mode&^0o777 | fs.FileMode(list.Mode())
		if !list.Plain() {
			t.access = list
		}
	default:
		return
	}
	if r.Group >= 0 {
		t.gid = r.Group
	}
	if dir && r.Group >= 0 {
		t.mode |= fs.ModeSetgid
	}
	if dir {
		t.inherits = r.Default
	}
}

// refuses says why an entry is not to be changed, "" if it may be.
func (r Rule) refuses(e Entry, t target) string {
	switch {
	case !e.Mode.IsDir() && e.Mode&(fs.ModeSetuid|fs.ModeSetgid) != 0:
		return "is setuid or setgid"
	case !e.Mode.IsDir() && e.Links != 1:
		return fmt.Sprintf("has %d names", e.Links)
	case t.uid == e.UID, r.Give != nil:
		return ""
	case !r.Since.IsZero() && e.Born.IsZero():
		return "has no birth time that could tell who made it"
	case r.Since.IsZero() && !readableByAll(e.Mode):
		return "is for root alone to read; to give it away all the same: --owner"
	}
	return ""
}

// readableByAll reports whether giving the entry away tells nobody anything new.
func readableByAll(mode fs.FileMode) bool {
	if mode.IsDir() {
		return mode&0o005 == 0o005
	}
	return mode&0o004 != 0
}

// IsNew reports whether the entry may have been made after Since. Without a birth time both other times must be
// later: a file that is only moved here keeps the one, and nobody can set the other. Root gives away nothing
// without a birth time.
func (r Rule) IsNew(e Entry) bool {
	switch {
	case r.Since.IsZero():
		return true
	case !e.Born.IsZero():
		return !e.Born.Before(r.Since)
	}
	return !e.Written.Before(r.Since) && !e.Changed.Before(r.Since)
}
