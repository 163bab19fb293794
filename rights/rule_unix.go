//go:build unix

package rights

import (
	"fmt"
	"io/fs"
	"time"
)

// A rule is a cache's policy as it applies to the entries in it.
type rule struct {
	policy   Policy
	uid      int         // who acts
	group    int         // of a shared cache
	others   fs.FileMode // what everybody else may at most, as the last digit of a mode
	inherits acl         // what directories hand down; nil where the file system knows no ACLs
	entries  macACL      // of the cache, for all to inherit, on macOS

	give  *Owner      // to whom all entries are to belong, nil for those to whom their directories do
	since time.Time   // only what was made after it counts; zero: everything
	reads fs.FileMode // of what was made after it: the rights to read that the umask leaves
}

// ruleOf is the rule of a cache for the process.
func ruleOf(f facts, p Policy) rule {
	r := rule{policy: p, uid: f.uid, group: -1, others: f.mode & 0o005, inherits: f.inherits, entries: f.entries}
	if f.mode&fs.ModeSetgid != 0 {
		r.group = f.group
	}
	return r
}

// A wish is how an entry is to be.
type wish struct {
	uid, gid int
	mode     fs.FileMode
	access   acl    // nil: no more than the mode
	inherits acl    // nil: as it is
	entries  macACL // nil: as they are
}

// want says how an entry is to be, where in is the directory it is in.
func (r rule) want(e, in entry, z zone, name string) wish {
	w := wish{uid: e.uid, gid: e.gid, mode: e.mode}
	r.wantOwner(&w, e, in)
	if r.uid == 0 || w.uid == r.uid {
		w.mode |= z.needs(name, e.mode.IsDir())
		r.wantShared(&w, e.mode.IsDir())
	}
	return w
}

// wantOwner settles to whom the entry is to belong.
func (r rule) wantOwner(w *wish, e, in entry) {
	switch {
	case r.uid != 0:
	case r.give != nil:
		w.uid, w.gid = r.give.UID, r.give.GID
	case r.policy == SharedSet && !r.since.IsZero() && e.born.IsZero(): // nobody can tell who made it, and the group's rights will do
	case e.uid == 0 && in.uid != 0 && (r.policy == ForOwner || r.policy == SharedSet || r.policy == SharedACL && readableByAll(e.mode)):
		w.uid, w.gid = in.uid, in.gid // an ACL may let in others than the owner of the directory
	}
}

// wantShared gives the group of a shared cache what the owner may. Others get no more than the cache's own mode or ACL lets
// them, and what is too much is taken from them.
func (r rule) wantShared(w *wish, dir bool) {
	user := w.mode.Perm() >> 6
	if r.policy == SharedACL && r.entries != nil { // the mode has no part in it
		w.entries = r.entries.inherited(dir)
		return
	}
	switch r.policy {
	case SharedSet:
		w.mode = w.mode&^0o077 | user<<3 | user&r.others
	case SharedACL:
		like := r.inherits.inherited(uint16(user))
		w.mode = w.mode&^0o777 | fs.FileMode(like.mode())
		if !like.plain() {
			w.access = like
		}
	default:
		return
	}
	if r.group >= 0 {
		w.gid = r.group
	}
	if dir && r.group >= 0 {
		w.mode |= fs.ModeSetgid
	}
	if dir {
		w.inherits = r.inherits
	}
}

// same reports whether the wish is granted as far as owner, group and mode go.
func (w wish) same(e entry) bool {
	return w.uid == e.uid && w.gid == e.gid && w.mode == e.mode
}

// refuses says why an entry is not to be changed, "" where it is.
func (r rule) refuses(e entry, w wish) string {
	switch {
	case !e.mode.IsDir() && e.mode&(fs.ModeSetuid|fs.ModeSetgid) != 0:
		return "is setuid or setgid"
	case !e.mode.IsDir() && e.links != 1:
		return fmt.Sprintf("has %d names", e.links)
	case w.uid == e.uid:
		return ""
	case r.give != nil:
		return ""
	case !r.since.IsZero() && e.born.IsZero():
		return "has no birth time that could tell who made it"
	case r.since.IsZero() && !readableByAll(e.mode):
		return "is for root alone to read; to give it away all the same: --owner"
	}
	return ""
}

// readableByAll reports whether giving the entry away tells nobody anything.
func readableByAll(mode fs.FileMode) bool {
	if mode.IsDir() {
		return mode&0o005 == 0o005
	}
	return mode&0o004 != 0
}

// recent reports whether the entry may have been made after the rule's time. Where no birth is known both other times must be
// later: a file that is only moved here keeps the one, and nobody can set the other. What root gives away must have one.
func (r rule) recent(e entry) bool {
	switch {
	case r.since.IsZero():
		return true
	case !e.born.IsZero():
		return !e.born.Before(r.since)
	}
	return !e.written.Before(r.since) && !e.changed.Before(r.since)
}
