package rights

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// A descriptor is what Windows keeps of a file's rights.
type descriptor struct {
	owner     string // SID
	protected bool   // inherits nothing
	open      bool   // has no list: everybody may everything
	list      aceList
}

// The parts of a self-relative security descriptor, its list and its entries, all little-endian ([MS-DTYP] 2.4).
const (
	sdHeader     = 20
	daclHeader   = 8
	aceHeader    = 8
	sidHeader    = 8
	daclPresent  = 0x0004
	daclGuarded  = 0x1000
	aceAllows    = 0
	aceDenies    = 1
	aceFiles     = 0x01 // OBJECT_INHERIT_ACE
	aceDirs      = 0x02 // CONTAINER_INHERIT_ACE
	aceNotBelow  = 0x04 // NO_PROPAGATE_INHERIT_ACE
	aceOnlyBelow = 0x08 // INHERIT_ONLY_ACE
	aceInherited = 0x10
)

var errDescriptor = errors.New("not a valid security descriptor")

// parseDescriptor reads a self-relative security descriptor. Entries of other kinds than those that allow and deny are left out: they
// are for audits, objects of a directory service and conditions.
func parseDescriptor(data []byte) (d descriptor, err error) {
	if len(data) < sdHeader || data[0] != 1 {
		return d, errDescriptor
	}
	control := binary.LittleEndian.Uint16(data[2:])
	d.protected = control&daclGuarded != 0
	at := func(i int) []byte {
		offset := binary.LittleEndian.Uint32(data[i:])
		return data[min(uint64(offset), uint64(len(data))):]
	}
	if binary.LittleEndian.Uint32(data[4:]) != 0 {
		if d.owner, err = sid(at(4)); err != nil {
			return d, err
		}
	}
	if control&daclPresent == 0 || binary.LittleEndian.Uint32(data[16:]) == 0 {
		d.open = true
		return d, nil
	}
	return d, d.dacl(at(16))
}

func (d *descriptor) dacl(data []byte) error {
	if len(data) < daclHeader {
		return errDescriptor
	}
	size, count := int(binary.LittleEndian.Uint16(data[2:])), int(binary.LittleEndian.Uint16(data[4:]))
	if size < daclHeader || size > len(data) {
		return errDescriptor
	}
	for data = data[daclHeader:size]; count > 0; count-- {
		if len(data) < 4 {
			return errDescriptor
		}
		size := int(binary.LittleEndian.Uint16(data[2:]))
		if size < 4 || size > len(data) {
			return errDescriptor
		}
		if err := d.entry(data[:size]); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

func (d *descriptor) entry(data []byte) error {
	kind, flags := data[0], data[1]
	if kind != aceAllows && kind != aceDenies {
		return nil
	}
	if len(data) < aceHeader {
		return errDescriptor
	}
	who, err := sid(data[aceHeader:])
	deep := flags&aceNotBelow == 0
	d.list = append(d.list, ace{
		who: who, deny: kind == aceDenies, rights: ntRights(binary.LittleEndian.Uint32(data[4:])),
		inherited: flags&aceInherited != 0, self: flags&aceOnlyBelow == 0, dirs: deep && flags&aceDirs != 0, files: deep && flags&aceFiles != 0,
	})
	return err
}

// sid is the SID that data begins with, in words: S-1-5-...
func sid(data []byte) (string, error) {
	if len(data) < sidHeader || data[0] != 1 || data[1] > 15 || len(data) < sidHeader+4*int(data[1]) {
		return "", errDescriptor
	}
	var authority uint64
	for _, b := range data[2:8] {
		authority = authority<<8 | uint64(b)
	}
	words := []string{"S-1", strconv.FormatUint(authority, 10)}
	for i := range int(data[1]) {
		words = append(words, strconv.FormatUint(uint64(binary.LittleEndian.Uint32(data[sidHeader+4*i:])), 10))
	}
	return strings.Join(words, "-"), nil
}

// ntRights are the rights in an access mask: those of files, and the generic ones, which stand for several (winnt.h).
func ntRights(mask uint32) right {
	const all, read, write, execute = 1 << 28, 1 << 31, 1 << 30, 1 << 29
	var r right
	for _, m := range []struct {
		bits  uint32
		gives right
	}{{0x01 | all | read, mayRead}, {0x02 | all | write, mayWrite}, {0x04 | all | write, mayAppend}, {0x20 | all | execute, mayRun}} {
		if mask&m.bits != 0 {
			r |= m.gives
		}
	}
	return r
}

// Whom Windows names everywhere.
const (
	sidSystem         = "S-1-5-18"
	sidAdministrators = "S-1-5-32-544"
	sidCreator        = "S-1-3-0" // stands for whoever makes the entry
	sidCreatorGroup   = "S-1-3-1"
	sidOwnerRights    = "S-1-3-4"
)

// crowds are the groups in which everybody is, or everybody who is logged in.
func crowds() []string {
	return []string{"S-1-1-0", "S-1-5-4", "S-1-5-7", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"}
}

// mayAdd reports whether one of those may make entries in the directory.
func (d descriptor) mayAdd(who []string) bool {
	return d.open || d.list.adds(who)
}

// shares reports whether what is made in the directory is open to somebody who is not the owner, of those given, or an
// administrator, who may everything.
func (d descriptor) shares(but ...string) bool {
	return d.list.shares(append(but, d.owner, sidSystem, sidAdministrators, sidCreator, sidCreatorGroup, sidOwnerRights))
}

// follows reports whether an entry has what the directory hands down, that is the cache's: in between nobody should say otherwise.
func (d descriptor) follows(cache descriptor, dir bool) bool {
	if d.open || cache.open {
		return true // a file system without ACLs
	}
	return !d.protected && !slices.ContainsFunc(cache.list, func(e ace) bool {
		handed := dir && e.dirs || !dir && e.files
		return handed && e.rights != 0 && !strings.HasPrefix(e.who, "S-1-3-") && !d.got(e)
	})
}

// got reports whether an entry like that came from the directory.
func (d descriptor) got(e ace) bool {
	return slices.ContainsFunc(d.list, func(own ace) bool {
		return own.inherited && own.who == e.who && own.deny == e.deny && own.rights&e.rights == e.rights
	})
}
