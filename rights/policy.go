package rights

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// A Policy is what a cache's root directory says about who may use it, and how.
type Policy int

const (
	Unusable  Policy = iota // not there and cannot be made, or unreadable
	ReadOnly                // cannot be written to
	SharedACL               // an inheritable ACL lets us write: the kernel keeps all right
	SharedSet               // group-writable and setgid: what each run makes needs the group's rights
	Own                     // ours; nothing is to be done
	ForOwner                // we are root, and it is another user's: what we make is to be his
	Open                    // another user's, and writable for us: it is used as the go command would
)

func (p Policy) String() string {
	return [...]string{"unusable", "read-only", "shared by an ACL", "shared by setgid", "own", "kept for its owner", "open to us"}[p]
}

// facts are what a look at a cache's root directory tells; where it is missing, at the directory that it would be made in.
type facts struct {
	there    bool
	readable bool // with the right to look entries up; by access really tried, as the next
	writable bool // with the right to look entries up
	owner    int
	group    int
	mode     fs.FileMode
	inherits acl  // the default ACL
	unmapped bool // the owner has no number in our user namespace

	entries   macACL // of macOS
	lets      bool   // an inheritable ACL of macOS or Windows lets us write
	shares    bool   // it lets somebody write who is neither the owner nor an administrator
	everybody bool   // an ACL lets everybody write

	uid    int   // ours
	groups []int // ours

	//lint:ignore U1000 Windows has no repairs, which ask for it
	err error // why the directory could not be looked at
}

// policy is the table of design.md: the first row that fits. A cache that is missing will be ours, and its mode our
// umask's, whatever it is made in; but root makes it for the owner of that.
func (f facts) policy() Policy {
	ours := f.owner == f.uid
	switch {
	case f.there && !f.readable, !f.there && !f.writable:
		return Unusable
	case !f.writable, f.unmapped:
		return ReadOnly
	case f.sharedByACL():
		return SharedACL
	case f.there && f.sharedBySet():
		return SharedSet
	case ours, !f.there && f.uid != 0:
		return Own
	case f.uid == 0:
		return ForOwner
	}
	return Open
}

// sharedByACL reports whether what others make in the directory is open to us by inheritance, and what we make to them. To
// root everything is, and the owner gets what he makes: for these somebody else must be let in.
func (f facts) sharedByACL() bool {
	ours := f.owner == f.uid || f.uid == 0
	switch {
	case f.inherits == nil && ours:
		return f.shares
	case f.inherits == nil:
		return f.lets
	case ours:
		return f.inherits.shares()
	}
	group := -1
	if f.mode&fs.ModeSetgid != 0 {
		group = f.group
	}
	return f.inherits.lets(f.uid, f.groups, group)
}

// sharedBySet reports whether new entries go to a group that may write, and that we can give rights to.
func (f facts) sharedBySet() bool {
	member := f.uid == 0 || slices.Contains(f.groups, f.group)
	return f.mode&fs.ModeSetgid != 0 && f.mode&0o020 != 0 && f.inherits == nil && member
}

// A Cache is a cache's root directory, looked at once.
type Cache struct {
	Dir    string // as the user named it
	Policy Policy

	facts facts
}

// Of looks at the root directory of a cache, an absolute path. Links on the way to it are followed, for the user may
// have placed them. Nothing is written.
func Of(dir string) Cache {
	f := look(dir)
	return Cache{Dir: dir, Policy: f.policy(), facts: f}
}

// userName is a user in words. Windows has no numbers for them.
func userName(uid int) string {
	if uid < 0 {
		return "another user"
	}
	return fmt.Sprintf("uid %d", uid)
}

// OpensToAll reports whether the directory hands the right to write down to everybody.
func (c Cache) OpensToAll() bool {
	other, _ := c.facts.inherits.perm(otherTag)
	return other&2 != 0
}

// Distrust says why a cache that can be written to is not to be repaired, in words that follow its path; "" where it
// is not so.
func (c Cache) Distrust() string {
	if c.Policy == ReadOnly && c.facts.writable {
		return "belongs to a user without a number in this user namespace"
	}
	return ""
}

// WritableByAll reports whether everybody may write to the directory.
func (c Cache) WritableByAll() bool {
	return c.facts.there && (c.facts.mode&0o002 != 0 || c.facts.everybody)
}

// Shared reports whether the directory's group or ACL shares it.
func (c Cache) Shared() bool {
	return c.Policy == SharedACL || c.Policy == SharedSet
}

// Stranger returns the ordinary user whose directory this is (or who owns the one that it would be made in), where
// that is not us and he does not share it with us. Else it returns -1. An owner that our user namespace has no number
// for counts as root. With root nobody shares: who shares a directory of his decides alone what is in it.
func (c Cache) Stranger() int {
	f := c.facts
	if f.owner <= 0 || f.owner == f.uid || f.unmapped || f.uid != 0 && c.Shared() {
		return -1
	}
	return f.owner
}

// DistrustBuild says what speaks against a build cache that others use too, in words that follow its path; "" where
// nothing does. Without an inheritable ACL entries of others are in the way sooner or later, and cannot be kept from
// being trimmed (F35). Whoever made bucket 00 made the others (cmd/go/internal/cache.Open).
func (c Cache) DistrustBuild() string {
	if c.Policy != SharedSet && c.Policy != Open || c.facts.uid == 0 {
		return ""
	}
	if owner := ownerOf(c.Dir + string(os.PathSeparator) + "00"); owner >= 0 && owner != c.facts.uid {
		return "is written to by " + userName(owner) + " and has no inheritable ACL"
	}
	return ""
}
