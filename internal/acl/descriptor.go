package acl

import (
	"cmp"
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
	sdHeader      = 20
	daclHeader    = 8
	aceHeader     = 8
	sidHeader     = 8
	daclPresent   = 0x0004
	daclProtected = 0x1000 // SE_DACL_PROTECTED: inherits nothing
	aceAllows     = 0
	aceDenies     = 1
	aceFiles      = 0x01 // OBJECT_INHERIT_ACE
	aceDirs       = 0x02 // CONTAINER_INHERIT_ACE
	aceNotBelow   = 0x04 // NO_PROPAGATE_INHERIT_ACE
	aceOnlyBelow  = 0x08 // INHERIT_ONLY_ACE
	aceInherited  = 0x10
)

var errDescriptor = errors.New("not a valid security descriptor")

// parseDescriptor reads a self-relative security descriptor. It leaves out entries that neither allow nor deny:
// they are for audits, objects of a directory service and conditions.
func parseDescriptor(data []byte) (d Descriptor, err error) {
	if len(data) < sdHeader || data[0] != 1 {
		return d, errDescriptor
	}
	control := binary.LittleEndian.Uint16(data[2:])
	d.Protected = control&daclProtected != 0
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
		{0x40 | 0x10000 | 0x40000 | 0x80000 | all, Replace}, // FILE_DELETE_CHILD, DELETE, WRITE_DAC, WRITE_OWNER
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
	sidInstaller      = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464" // TrustedInstaller
)

// OnlyAdministrators reports whether only administrators and the system may write to the file or make entries in the
// directory.
func (d Descriptor) OnlyAdministrators() bool {
	trusted := []string{sidSystem, sidAdministrators, sidInstaller}
	return !d.Open && slices.Contains(trusted, d.Owner) && !slices.ContainsFunc(d.List, func(e ACE) bool {
		may := !e.Deny && e.Self && e.Rights&(Write|Append) != 0
		return may && e.SID != sidOwnerRights && !slices.Contains(trusted, e.SID)
	})
}

// Crowds returns the groups in which everybody is, or everybody who is logged in or has an account.
func Crowds() []string {
	return []string{"S-1-1-0", "S-1-2-0", "S-1-5-4", "S-1-5-7", "S-1-5-11", "S-1-5-15", "S-1-5-113",
		"S-1-5-32-545", "S-1-5-32-546"}
}

// OpenToCrowds reports whether everybody may make entries in the directory.
func (d Descriptor) OpenToCrowds() bool { return d.Open || d.List.adds(Crowds()) }

// MayAdd reports whether somebody with these SIDs may make entries in the directory, or owns it and could let himself.
func (d Descriptor) MayAdd(sids []string) bool {
	return d.Open || slices.Contains(sids, d.Owner) || d.List.adds(sids)
}

// Shares reports whether entries made in the directory are open to somebody who is none of the owners and no
// administrator.
func (d Descriptor) Shares(owners ...string) bool {
	return d.List.shares(append(owners, d.Owner,
		sidSystem, sidAdministrators, sidCreator, sidCreatorGroup, sidOwnerRights))
}

// administers reports whether a SID is the system's, an administrator's, or that of a group of administrators of this
// machine or of its domain, or only stands for another SID.
func administers(sid string) bool {
	if slices.Contains([]string{sidSystem, sidAdministrators, sidInstaller,
		sidCreator, sidCreatorGroup, sidOwnerRights}, sid) {
		return true
	}
	// The account Administrator, Domain Admins, Enterprise Admins.
	rid := sid[strings.LastIndexByte(sid, '-')+1:]
	return strings.HasPrefix(sid, "S-1-5-21-") && (rid == "500" || rid == "512" || rid == "519")
}

// sandbox reports whether a SID is that of an app container or of a capability. It gives nobody a right alone: the
// user of such a program must have the right too.
func sandbox(sid string) bool {
	return strings.HasPrefix(sid, "S-1-15-2-") || strings.HasPrefix(sid, "S-1-15-3-")
}

// Stranger returns the owner's SID if that is none of the given ones and no administrator, else "". On file systems
// without owners Windows says that everybody is the owner.
func (d Descriptor) Stranger(owners ...string) string {
	if d.Owner == "" || d.Owner == Crowds()[0] || administers(d.Owner) || slices.Contains(owners, d.Owner) {
		return ""
	}
	return d.Owner
}

// LetsOthers returns the SID of somebody who is none of the given ones and no administrator, and who has one of these
// rights in an entry that counts; "" if there is none. It returns "S-1-1-0", which is everybody, if there is no list.
// Entries that deny are not looked at: they come first only if nobody changed their order.
func (d Descriptor) LetsOthers(rights Rights, counts func(ACE) bool, owners ...string) string {
	if d.Open {
		return Crowds()[0]
	}
	for _, e := range d.List {
		if !e.Deny && e.Rights&rights != 0 && counts(e) &&
			!administers(e.SID) && !sandbox(e.SID) && !slices.Contains(owners, e.SID) {
			return e.SID
		}
	}
	return ""
}

// OtherWriter returns the SID of somebody who could have written to the directory or may do so, or who may write to
// what is made in it; "" if only administrators and the given ones may.
func (d Descriptor) OtherWriter(owners ...string) (other string) {
	return cmp.Or(d.Stranger(owners...),
		d.LetsOthers(Write|Append|Replace, func(ACE) bool { return true }, owners...))
}

// OtherReplacer returns the SID of somebody who could replace what is in the directory, by a right on the directory
// itself; "" if only administrators and the given ones could.
func (d Descriptor) OtherReplacer(owners ...string) (other string) {
	return cmp.Or(d.Stranger(owners...), d.LetsOthers(Replace, func(e ACE) bool { return e.Self }, owners...))
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

// Lacks returns the SID of somebody to whom the cache hands down a right that the entry does not give, by whatever
// entry of its list; "" if there is none. What was moved into a cache, or protected, lacks rights.
func (d Descriptor) Lacks(cache Descriptor, dir bool) (sid string) {
	if d.Open || cache.Open {
		return ""
	}
	for _, e := range cache.List {
		handedDown := dir && e.Dirs || !dir && e.Files
		if !handedDown || e.Deny || strings.HasPrefix(e.SID, "S-1-3-") {
			continue
		}
		var has Rights
		for _, own := range d.List {
			if own.SID == e.SID && !own.Deny && own.Self {
				has |= own.Rights
			}
		}
		if e.Rights&^has != 0 {
			return e.SID
		}
	}
	return ""
}

// inherited reports whether an entry like e came from the directory above.
func (d Descriptor) inherited(e ACE) bool {
	return slices.ContainsFunc(d.List, func(own ACE) bool {
		return own.Inherited && own.SID == e.SID && own.Deny == e.Deny && own.Rights&e.Rights == e.Rights
	})
}
