package acl

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// A Descriptor is what Windows keeps of a file's rights.
type Descriptor struct {
	Owner     string // SID
	Protected bool   // inherits nothing
	Open      bool   // has no list: everybody may everything
	List      List
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

// parseDescriptor reads a self-relative security descriptor. It leaves out entries that neither allow nor deny:
// they are for audits, objects of a directory service and conditions.
func parseDescriptor(data []byte) (d Descriptor, err error) {
	if len(data) < sdHeader || data[0] != 1 {
		return d, errDescriptor
	}
	control := binary.LittleEndian.Uint16(data[2:])
	d.Protected = control&daclGuarded != 0
	at := func(i int) []byte {
		offset := binary.LittleEndian.Uint32(data[i:])
		return data[min(uint64(offset), uint64(len(data))):]
	}
	if binary.LittleEndian.Uint32(data[4:]) != 0 {
		if d.Owner, err = parseSID(at(4)); err != nil {
			return d, err
		}
	}
	if control&daclPresent == 0 || binary.LittleEndian.Uint32(data[16:]) == 0 {
		d.Open = true
		return d, nil
	}
	return d, d.parseList(at(16))
}

func (d *Descriptor) parseList(data []byte) error {
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
		if err := d.parseEntry(data[:size]); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

func (d *Descriptor) parseEntry(data []byte) error {
	kind, flags := data[0], data[1]
	if kind != aceAllows && kind != aceDenies {
		return nil
	}
	if len(data) < aceHeader {
		return errDescriptor
	}
	sid, err := parseSID(data[aceHeader:])
	deep := flags&aceNotBelow == 0
	d.List = append(d.List, ACE{
		SID:       sid,
		Deny:      kind == aceDenies,
		Rights:    rightsOf(binary.LittleEndian.Uint32(data[4:])),
		Inherited: flags&aceInherited != 0,
		Self:      flags&aceOnlyBelow == 0,
		Dirs:      deep && flags&aceDirs != 0,
		Files:     deep && flags&aceFiles != 0,
	})
	return err
}

// parseSID returns the SID that data begins with as text: S-1-5-...
func parseSID(data []byte) (string, error) {
	if len(data) < sidHeader || data[0] != 1 || data[1] > 15 || len(data) < sidHeader+4*int(data[1]) {
		return "", errDescriptor
	}
	var authority uint64
	for _, b := range data[2:8] {
		authority = authority<<8 | uint64(b)
	}
	words := []string{"S-1", strconv.FormatUint(authority, 10)}
	for i := range int(data[1]) {
		n := binary.LittleEndian.Uint32(data[sidHeader+4*i:])
		words = append(words, strconv.FormatUint(uint64(n), 10))
	}
	return strings.Join(words, "-"), nil
}

// rightsOf returns the rights in an access mask: those of files, and the generic ones, which stand for several
// (winnt.h).
func rightsOf(mask uint32) Rights {
	const all, read, write, execute = 1 << 28, 1 << 31, 1 << 30, 1 << 29
	var r Rights
	for _, m := range []struct {
		bits  uint32
		gives Rights
	}{
		{0x01 | all | read, Read},
		{0x02 | all | write, Write},
		{0x04 | all | write, Append},
		{0x20 | all | execute, Run},
	} {
		if mask&m.bits != 0 {
			r |= m.gives
		}
	}
	return r
}

// SIDs that are the same on every Windows.
const (
	sidSystem         = "S-1-5-18"
	sidAdministrators = "S-1-5-32-544"
	sidCreator        = "S-1-3-0" // stands for the user who makes the entry
	sidCreatorGroup   = "S-1-3-1"
	sidOwnerRights    = "S-1-3-4"
)

// Crowds returns the groups in which everybody is, or everybody who is logged in.
func Crowds() []string {
	return []string{"S-1-1-0", "S-1-5-4", "S-1-5-7", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"}
}

// OpenToCrowds reports whether everybody may make entries in the directory.
func (d Descriptor) OpenToCrowds() bool { return d.Open || d.List.adds(Crowds()) }

// Shares reports whether entries made in the directory are open to somebody who is none of the owners and no
// administrator.
func (d Descriptor) Shares(owners ...string) bool {
	return d.List.shares(append(owners, d.Owner,
		sidSystem, sidAdministrators, sidCreator, sidCreatorGroup, sidOwnerRights))
}

// Follows reports whether an entry of a cache has what the cache hands down to directories or files. No directory
// in between should say otherwise.
func (d Descriptor) Follows(cache Descriptor, dir bool) bool {
	if d.Open || cache.Open {
		return true // a file system without ACLs
	}
	return !d.Protected && !slices.ContainsFunc(cache.List, func(e ACE) bool {
		handedDown := dir && e.Dirs || !dir && e.Files
		return handedDown && e.Rights != 0 && !strings.HasPrefix(e.SID, "S-1-3-") && !d.inherited(e)
	})
}

// inherited reports whether an entry like e came from the directory above.
func (d Descriptor) inherited(e ACE) bool {
	return slices.ContainsFunc(d.List, func(own ACE) bool {
		return own.Inherited && own.SID == e.SID && own.Deny == e.Deny && own.Rights&e.Rights == e.Rights
	})
}
