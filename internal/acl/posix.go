package acl

import (
	"encoding/binary"
	"errors"
	"slices"
)

// A Tag says whom an entry of a POSIX ACL is for. The names are those of acl(5), the numbers those of
// linux/posix_acl.h.
type Tag uint16

const (
	UserObj  Tag = 0x01 // the file's owner
	User     Tag = 0x02 // the user Entry.ID
	GroupObj Tag = 0x04 // the file's group
	Group    Tag = 0x08 // the group Entry.ID
	Mask     Tag = 0x10 // bounds every entry except UserObj and Other
	Other    Tag = 0x20
)

// NoID is the ID of entries that name nobody.
const NoID = 0xffffffff

// An Entry gives the rights Perm, those of one digit of a mode.
type Entry struct {
	Tag  Tag
	Perm uint16
	ID   uint32 // of User and Group, else NoID
}

// A POSIX is a POSIX ACL in the order of the kernel: by tag, then by id. nil stands for none.
type POSIX []Entry

// The value of the extended attributes system.posix_acl_access and system.posix_acl_default: a version, then
// entries of tag, rights and id, all little-endian (linux/posix_acl_xattr.h).
const (
	version    = 2
	headerSize = 4
	entrySize  = 8
)

var errPOSIX = errors.New("not a valid ACL")

// parsePOSIX reads an attribute's value. It is an error where the kernel would refuse the value (posix_acl_valid in
// fs/posix_acl.c).
func parsePOSIX(data []byte) (POSIX, error) {
	if len(data) < headerSize || (len(data)-headerSize)%entrySize != 0 || binary.LittleEndian.Uint32(data) != version {
		return nil, errPOSIX
	}
	var list POSIX
	for d := data[headerSize:]; len(d) > 0; d = d[entrySize:] {
		e := Entry{
			Tag:  Tag(binary.LittleEndian.Uint16(d)),
			Perm: binary.LittleEndian.Uint16(d[2:]),
			ID:   binary.LittleEndian.Uint32(d[4:]),
		}
		if e.Tag != User && e.Tag != Group {
			e.ID = NoID // the kernel ignores what is there
		}
		list = append(list, e)
	}
	if !list.valid() {
		return nil, errPOSIX
	}
	return list, nil
}

// Bytes returns the attribute's value.
func (l POSIX) Bytes() []byte {
	data := binary.LittleEndian.AppendUint32(nil, version)
	for _, e := range l {
		data = binary.LittleEndian.AppendUint16(data, uint16(e.Tag))
		data = binary.LittleEndian.AppendUint16(data, e.Perm)
		data = binary.LittleEndian.AppendUint32(data, e.ID)
	}
	return data
}

// valid reports whether the list is in order, names nobody twice, has the three entries of a mode, and a mask if it
// names somebody.
func (l POSIX) valid() bool {
	count := make(map[Tag]int)
	for i, e := range l {
		switch e.Tag {
		case UserObj, User, GroupObj, Group, Mask, Other:
		default:
			return false
		}
		if e.Perm > 7 || i > 0 && (l[i-1].Tag > e.Tag || l[i-1].Tag == e.Tag && l[i-1].ID >= e.ID) {
			return false
		}
		if (e.Tag == User || e.Tag == Group) && e.ID == NoID {
			return false
		}
		count[e.Tag]++
	}
	named := count[User]+count[Group] > 0
	return count[UserObj] == 1 && count[GroupObj] == 1 && count[Other] == 1 && (!named || count[Mask] == 1)
}

// Perm returns the rights of an entry without an id, and whether there is one.
func (l POSIX) Perm(t Tag) (perm uint16, ok bool) {
	i := slices.IndexFunc(l, func(e Entry) bool { return e.Tag == t })
	if i < 0 {
		return 0, false
	}
	return l[i].Perm, true
}

// Bound returns what the mask leaves of the rights of groups and named users.
func (l POSIX) Bound(perm uint16) uint16 {
	if mask, ok := l.Perm(Mask); ok {
		return perm & mask
	}
	return perm
}

// Add is what it takes to make entries in a directory: to write to it, and to look names up in it.
const Add = 2 | 1

// adds reports whether the entry e of the list lets somebody make entries.
func (l POSIX) adds(e Entry) bool { return l.Bound(e.Perm)&Add == Add }

// Lets reports whether a user with this uid and these groups may make entries in a directory with this ACL. The
// directory belongs to another user and to the group owning, -1 for one that is not known. What everybody may does
// not count. As acl(5) says, an entry for the user decides alone, and of the groups any one is enough.
func (l POSIX) Lets(uid int, groups []int, owning int) bool {
	for _, e := range l {
		if e.Tag == User && int(e.ID) == uid {
			return l.adds(e)
		}
	}
	return slices.ContainsFunc(l, func(e Entry) bool {
		group := int(e.ID)
		if e.Tag == GroupObj {
			group = owning
		}
		return (e.Tag == Group || e.Tag == GroupObj) && slices.Contains(groups, group) && l.adds(e)
	})
}

// Shares reports whether the ACL lets somebody make entries who is not the owner. What everybody may does not
// count.
func (l POSIX) Shares() bool {
	return slices.ContainsFunc(l, func(e Entry) bool {
		return (e.Tag == User || e.Tag == GroupObj || e.Tag == Group) && l.adds(e)
	})
}

// Passes reports whether members of a group may look names up in a directory with this ACL. The directory belongs
// to another user and to the group owning. What everybody may counts for groups that no entry names.
func (l POSIX) Passes(group, owning int) bool {
	named := false
	for _, e := range l {
		if e.Tag == GroupObj && owning == group || e.Tag == Group && int(e.ID) == group {
			named = true
			if l.Bound(e.Perm)&1 != 0 {
				return true
			}
		}
	}
	other, _ := l.Perm(Other)
	return !named && other&1 != 0
}

// Inherited returns the ACL of a new file in a directory with this default ACL. The go command makes its files
// with the same rights for all; user is the digit of the owner (posix_acl_create_masq in fs/posix_acl.c). The
// umask plays no part.
func (l POSIX) Inherited(user uint16) POSIX {
	_, masked := l.Perm(Mask)
	out := slices.Clone(l)
	for i, e := range out {
		if e.Tag == UserObj {
			out[i].Perm = user
		}
		if e.Tag == Other || e.Tag == Mask || e.Tag == GroupObj && !masked {
			out[i].Perm &= user
		}
	}
	return out
}

// Mode returns the last three digits of the mode that a file with this ACL shows. That of the group is the mask.
func (l POSIX) Mode() uint32 {
	user, _ := l.Perm(UserObj)
	group, _ := l.Perm(GroupObj)
	other, _ := l.Perm(Other)
	if m, ok := l.Perm(Mask); ok {
		group = m
	}
	return uint32(user)<<6 | uint32(group)<<3 | uint32(other)
}

// Plain reports whether the ACL says no more than a mode does. The kernel keeps no such access ACL.
func (l POSIX) Plain() bool { return len(l) == 3 }

// FromMode returns the ACL that says the same as a mode.
func FromMode(mode uint32) POSIX {
	return POSIX{
		{UserObj, uint16(mode >> 6 & 7), NoID},
		{GroupObj, uint16(mode >> 3 & 7), NoID},
		{Other, uint16(mode & 7), NoID},
	}
}
