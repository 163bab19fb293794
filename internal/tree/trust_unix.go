//go:build unix

package tree

import (
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/rights"
)

// A member of a group that shares a cache can move files of other members into it: their secrets too, if they lie
// in another directory that both may write to. There only a file's rights protect it, not its place. So fix and
// share open to the group only what nobody could have moved there for that:
//
//   - what all may read already, for reading;
//   - what only its owner, or root, can have put where it is;
//   - what is plainly made by the go command (see madeByGo).
//
// What was born during a run counts as made by that run, except a file that is closed to more users than its umask
// says.

// A TrustedWriter is the only user, besides root, who can have put what is in a directory there: a uid or one of
// these.
type TrustedWriter int

const (
	NoTrustedWriter TrustedWriter = 0 // several users can have put entries there
	RootOnly        TrustedWriter = -1
)

// writerOf returns the trusted writer of a directory that only this owner may write to.
func writerOf(uid int) TrustedWriter {
	if uid == 0 {
		return RootOnly
	}
	return TrustedWriter(uid)
}

// Below returns the trusted writer of a directory whose parent has the trusted writer t. With an ACL the group
// bits are only the mask, so this errs on the safe side. Other ACLs than those of POSIX are not seen.
func (t TrustedWriter) Below(dir Entry) TrustedWriter {
	switch {
	case t == NoTrustedWriter || dir.Mode&0o022 != 0:
		return NoTrustedWriter
	case dir.UID == 0 || TrustedWriter(dir.UID) == t:
		return t
	case t == RootOnly:
		return writerOf(dir.UID)
	}
	return NoTrustedWriter
}

// put reports whether only its owner or root can have put an entry where it is.
func (t TrustedWriter) put(e Entry) bool {
	return t == RootOnly || t != NoTrustedWriter && int(t) == e.UID
}

// writerBelow returns the trusted writer of an open directory in d. A suspect one that is plainly made by the go
// command contains what its owner put there, because nobody else may write to it, wherever it was moved from. In
// @v the files are judged one by one.
func (w *Walker) writerBelow(fd int, e Entry, d Folder, name string) TrustedWriter {
	if name != "@v" && w.suspect(e, d) && madeByGo(fd, e, d, name) {
		return writerOf(e.UID)
	}
	return d.Writer.Below(e)
}

// suspect reports whether an entry of a shared cache may have been moved there by a member so that it is opened:
// it is not for all to read, or not for the group to change.
func (w *Walker) suspect(e Entry, d Folder) bool {
	shared := w.Rule.Policy == rights.SharedACL || w.Rule.Policy == rights.SharedSet
	return shared && w.Rule.Since.IsZero() && w.Rule.Give == nil && d.At != nil && !d.Writer.put(e) &&
		(!readableByAll(e.Mode) || onlyOwnerWrites(e))
}

// onlyOwnerWrites reports whether the owner may write to the entry and the group may not.
func onlyOwnerWrites(e Entry) bool { return e.Mode&0o220 == 0o200 }

// limit takes from the target of an open suspect entry what nobody should get: others keep what they have, and the
// group does not get the right to write. It reports false if the entry must stay as it is.
func (w *Walker) limit(fd int, e Entry, t *target, d Folder, name string) bool {
	if madeByGo(fd, e, d, name) {
		return true
	}
	most := e.Mode&0o007 | 0o070
	if onlyOwnerWrites(e) {
		most &^= 0o020
		t.inherits = nil // else the group could write to what is made there later
	}
	t.mode &^= 0o077 &^ most
	t.access = slices.Clone(t.access)
	for i, a := range t.access {
		switch a.Tag {
		case acl.Other:
			t.access[i].Perm &= uint16(most & 7)
		case acl.GroupObj, acl.Mask:
			t.access[i].Perm &= uint16(most >> 3)
		}
	}
	return readableByAll(e.Mode) || groupReads(fd, e, t.gid)
}

// groupReads reports whether the group can read an open entry already, and look entries up in it.
func groupReads(fd int, e Entry, gid int) bool {
	reads := uint16(4)
	if e.Mode.IsDir() {
		reads = 5
	}
	list, _ := acl.Get(fd, acl.Access)
	if list == nil {
		list = acl.FromMode(uint32(e.Mode.Perm()))
	}
	perm, _ := list.Perm(acl.GroupObj)
	return e.GID == gid && list.Bound(perm)&reads == reads
}

// bornSecret reports whether a file that was born during a run is none of the go command's: fewer users may read
// it than the umask says, and no ACL of its directory says so. A user who may write where it was born can have
// moved it here.
func (w *Walker) bornSecret(e Entry, d Folder) bool {
	if w.Rule.Since.IsZero() || e.Mode.IsDir() || e.Mode&w.Rule.Reads == w.Rule.Reads {
		return false
	}
	list, err := acl.Get(d.FD, acl.Default)
	return err != nil || list == nil
}
