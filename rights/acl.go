package rights

import (
	"encoding/binary"
	"errors"
	"slices"
)

// A tag says whom an entry of an ACL is for; the numbers are those of linux/posix_acl.h.
type tag uint16

const (
	ownerTag tag = 0x01 // the file's owner
	userTag  tag = 0x02 // the user id
	groupTag tag = 0x04 // the file's group
	namedTag tag = 0x08 // the group id
	maskTag  tag = 0x10 // bounds every entry but ownerTag and otherTag
	otherTag tag = 0x20
)

// An aclEntry gives the rights perm, those of a mode's last digit.
type aclEntry struct {
	tag  tag
	perm uint16
	id   uint32 // of userTag and namedTag, else noID
}

const noID = 0xffffffff

// An acl is a POSIX ACL in the order of the kernel: by tag, then by id. nil stands for none.
type acl []aclEntry

// The value of the extended attributes system.posix_acl_access and system.posix_acl_default: a version, then entries of
// tag, rights and id, all little-endian (linux/posix_acl_xattr.h).
const (
	aclVersion   = 2
	aclHeader    = 4
	aclEntrySize = 8
)

var errACL = errors.New("not a valid ACL")

// parseACL reads an attribute's value. What the kernel would refuse is an error (posix_acl_valid in fs/posix_acl.c).
func parseACL(data []byte) (acl, error) {
	if len(data) < aclHeader || (len(data)-aclHeader)%aclEntrySize != 0 || binary.LittleEndian.Uint32(data) != aclVersion {
		return nil, errACL
	}
	var list acl
	for d := data[aclHeader:]; len(d) > 0; d = d[aclEntrySize:] {
		e := aclEntry{tag(binary.LittleEndian.Uint16(d)), binary.LittleEndian.Uint16(d[2:]), binary.LittleEndian.Uint32(d[4:])}
		if e.tag != userTag && e.tag != namedTag {
			e.id = noID // whatever was there
		}
		list = append(list, e)
	}
	if !list.valid() {
		return nil, errACL
	}
	return list, nil
}

// bytes is the attribute's value.
func (l acl) bytes() []byte {
	data := binary.LittleEndian.AppendUint32(nil, aclVersion)
	for _, e := range l {
		data = binary.LittleEndian.AppendUint16(data, uint16(e.tag))
		data = binary.LittleEndian.AppendUint16(data, e.perm)
		data = binary.LittleEndian.AppendUint32(data, e.id)
	}
	return data
}

// valid reports whether the list is in order, names nobody twice, has the three entries of a mode, and a mask where it
// names somebody.
func (l acl) valid() bool {
	count := make(map[tag]int)
	for i, e := range l {
		switch e.tag {
		case ownerTag, userTag, groupTag, namedTag, maskTag, otherTag:
		default:
			return false
		}
		if e.perm > 7 || i > 0 && (l[i-1].tag > e.tag || l[i-1].tag == e.tag && l[i-1].id >= e.id) {
			return false
		}
		if (e.tag == userTag || e.tag == namedTag) && e.id == noID {
			return false
		}
		count[e.tag]++
	}
	named := count[userTag]+count[namedTag] > 0
	return count[ownerTag] == 1 && count[groupTag] == 1 && count[otherTag] == 1 && (!named || count[maskTag] == 1)
}

// perm returns the rights of an entry without an id, and whether there is one.
func (l acl) perm(t tag) (perm uint16, ok bool) {
	i := slices.IndexFunc(l, func(e aclEntry) bool { return e.tag == t })
	if i < 0 {
		return 0, false
	}
	return l[i].perm, true
}

// mask bounds the rights of groups and named users.
func (l acl) mask() uint16 {
	if m, ok := l.perm(maskTag); ok {
		return m
	}
	return 7
}

// What it takes to make entries in a directory.
const mayAdd = 2 | 1

// lets reports whether a directory with this ACL that belongs to somebody else and to the group given, -1 for an unknown
// one, can be written to by a user with this uid and these groups, not counting what everybody may.
// The order is that of acl(5): an entry for the user decides alone, of the groups any will do.
func (l acl) lets(uid int, groups []int, group int) bool {
	mask := l.mask()
	for _, e := range l {
		if e.tag == userTag && int(e.id) == uid {
			return e.perm&mask&mayAdd == mayAdd
		}
	}
	return slices.ContainsFunc(l, func(e aclEntry) bool {
		in := e.tag == groupTag && slices.Contains(groups, group) || e.tag == namedTag && slices.Contains(groups, int(e.id))
		return in && e.perm&mask&mayAdd == mayAdd
	})
}

// shares reports whether the ACL lets somebody write who is not the owner, not counting what everybody may.
func (l acl) shares() bool {
	return slices.ContainsFunc(l, func(e aclEntry) bool {
		listed := e.tag == userTag || e.tag == groupTag || e.tag == namedTag
		return listed && e.perm&l.mask()&mayAdd == mayAdd
	})
}

// inherited is what a file gets below a directory with this default ACL if it is made with the mode u, where all may what
// its owner may, as the go command makes its files; user is u's digit for the owner (posix_acl_create_masq in
// fs/posix_acl.c). No umask plays a part.
func (l acl) inherited(user uint16) acl {
	_, masked := l.perm(maskTag)
	out := slices.Clone(l)
	for i, e := range out {
		if e.tag == ownerTag {
			out[i].perm = user
		}
		if e.tag == otherTag || e.tag == maskTag || e.tag == groupTag && !masked {
			out[i].perm &= user
		}
	}
	return out
}

// mode is the last three digits of the mode that a file with this ACL shows: those of the group are the mask.
func (l acl) mode() uint32 {
	user, _ := l.perm(ownerTag)
	group, _ := l.perm(groupTag)
	other, _ := l.perm(otherTag)
	if m, ok := l.perm(maskTag); ok {
		group = m
	}
	return uint32(user)<<6 | uint32(group)<<3 | uint32(other)
}

// plain reports whether the ACL says no more than a mode does. The kernel keeps no such access ACL.
func (l acl) plain() bool {
	return len(l) == 3
}

// aclOf is the ACL that says what a mode says.
func aclOf(mode uint32) acl {
	return acl{
		{ownerTag, uint16(mode >> 6 & 7), noID},
		{groupTag, uint16(mode >> 3 & 7), noID},
		{otherTag, uint16(mode & 7), noID},
	}
}
