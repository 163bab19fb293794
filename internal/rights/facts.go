package rights

import (
	"io/fs"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
)

// Facts are what one look at a cache's root directory tells. If it does not exist they are those of the nearest
// directory above that does, in which it would be made.
type Facts struct {
	Exists   bool
	Readable bool // with the right to look entries up; the kernel was asked, as for Writable
	Writable bool
	Owner    int // uid; on Windows ourselves or somebody
	Group    int
	Mode     fs.FileMode
	Default  acl.POSIX // what new entries inherit
	Unmapped bool      // the owner has no number in our user namespace
	UID      int       // ours
	Groups   []int     // ours
	Err      error     // why the directory could not be looked at

	// Of an ACL of Windows that new entries inherit.
	letsUs     bool // it lets us write
	letsOthers bool // it lets somebody write who is neither the owner nor an administrator
}

// somebody is an owner on Windows who is neither this user nor an administrator.
const somebody = -2

// policy returns the first row that fits of the table in cmd/go-safe/doc.go. A cache that does not exist will be
// ours, with the mode of our umask, whatever it is made in; root makes it for the owner of the directory above.
func (f Facts) policy() Policy {
	ours := f.Owner == f.UID
	switch {
	case f.Exists && !f.Readable, !f.Exists && !f.Writable:
		return Unusable
	case !f.Writable, f.Unmapped:
		return ReadOnly
	case f.sharedByACL():
		return SharedACL
	case f.Exists && f.sharedBySet():
		return SharedSet
	case ours, !f.Exists && f.UID != 0:
		return Own
	case f.UID == 0:
		return ForOwner
	}
	return Open
}

// sharedByACL reports whether inheritance opens new entries of others to us, and ours to them. Root may everything
// anyway, and the owner gets back what others make, so for these two the ACL must let somebody else in.
func (f Facts) sharedByACL() bool {
	ours := f.Owner == f.UID || f.UID == 0
	switch {
	case f.Default == nil && ours:
		return f.letsOthers
	case f.Default == nil:
		return f.letsUs
	case ours:
		return f.Default.Shares()
	}
	group := -1
	if f.Mode&fs.ModeSetgid != 0 {
		group = f.Group
	}
	return f.Default.Lets(f.UID, f.Groups, group)
}

// sharedBySet reports whether new entries go to a group that may write, and that we can give rights to.
func (f Facts) sharedBySet() bool {
	member := f.UID == 0 || slices.Contains(f.Groups, f.Group)
	return f.Mode&fs.ModeSetgid != 0 && f.Mode&0o020 != 0 && f.Default == nil && member
}
