package rights

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A macEntry is an entry of an ACL of macOS.
type macEntry struct {
	kind  string // user, group
	uuid  uuid
	deny  bool
	flags uint16 // bit n is macFlags[n]
	perms uint16 // bit n is macPerms[n]
}

// A macACL is in the order of the kernel. nil stands for none.
type macACL []macEntry

// The words of acl_to_text(3), in its order (posix1e/acl_translate.c of Apple's Libc). It has none for directories: read
// is list there, write add_file, execute search and append add_subdirectory, which are the same bits.
func macFlags() []string {
	return []string{"inherited", "file_inherit", "directory_inherit", "limit_inherit", "only_inherit"}
}

func macPerms() []string {
	return []string{"read", "write", "execute", "delete", "append", "delete_child", "readattr", "writeattr",
		"readextattr", "writeextattr", "readsecurity", "writesecurity", "chown"}
}

const (
	macInherited = 1 << iota
	macFileInherit
	macDirInherit
	macLimitInherit
	macOnlyInherit
)

const (
	macRead = 1 << iota
	macWrite
	macExecute
	macDelete
	macAppend

	macAll = 1<<13 - 1
	// What a group may in a cache that is shared: everything but to remove the cache itself, and to change who may.
	macShared = macAll &^ (macDelete | 1<<11 | 1<<12)
)

// macEveryone is the group 12, in which everybody is.
const macEveryone = "ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C"

var errMacACL = errors.New("not a known text of an ACL")

// parseMac reads what acl_to_text(3) writes: a first line with a version, perhaps with flags of the list, then lines like
// group:UUID:NAME:ID:allow,FLAGS:RIGHTS. Name and id are left out: of an unknown UUID they are not set.
func parseMac(text string) (macACL, error) {
	head, rest, _ := strings.Cut(text, "\n")
	if head != "!#acl 1" && !strings.HasPrefix(head, "!#acl 1 ") {
		return nil, errMacACL
	}
	var list macACL
	for line := range strings.Lines(rest) {
		e, ok := macLine(strings.TrimSuffix(line, "\n"))
		if !ok {
			return nil, fmt.Errorf("%w: %q", errMacACL, line)
		}
		list = append(list, e)
	}
	return list, nil
}

func macLine(line string) (e macEntry, ok bool) {
	f := strings.Split(line, ":")
	if len(f) == 5 {
		f = append(f, "") // without any rights
	}
	if len(f) != 6 || f[0] != "user" && f[0] != "group" {
		return e, false
	}
	kind, flags, _ := strings.Cut(f[4], ",")
	who, isUUID := parseUUID(f[1])
	inherit, known := bits(flags, macFlags())
	perms, also := bits(f[5], macPerms())
	e = macEntry{kind: f[0], uuid: who, deny: kind == "deny", flags: inherit, perms: perms}
	return e, isUUID && known && also && (kind == "allow" || kind == "deny")
}

// bits is the set of the words in a list.
func bits(list string, words []string) (set uint16, ok bool) {
	if list == "" {
		return 0, true
	}
	for word := range strings.SplitSeq(list, ",") {
		i := slices.Index(words, word)
		if i < 0 {
			return 0, false
		}
		set |= 1 << i
	}
	return set, true
}

// words is the inverse.
func words(set uint16, words []string) []string {
	var list []string
	for i, word := range words {
		if set&(1<<i) != 0 {
			list = append(list, word)
		}
	}
	return list
}

// A uuid is whom macOS means.
type uuid [16]byte

func parseUUID(s string) (u uuid, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return u, false
	}
	n, err := hex.Decode(u[:], []byte(strings.ReplaceAll(s, "-", "")))
	return u, err == nil && n == len(u)
}

func (u uuid) String() string {
	return fmt.Sprintf("%X-%X-%X-%X-%X", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// text is what acl_from_text(3) reads: it takes UUIDs, and no names.
func (l macACL) text() string {
	var b strings.Builder
	b.WriteString("!#acl 1\n")
	for _, e := range l {
		kind := []string{"allow"}
		if e.deny {
			kind = []string{"deny"}
		}
		fmt.Fprintf(&b, "%s:%s:::%s:%s\n", e.kind, e.uuid, strings.Join(append(kind, words(e.flags, macFlags())...), ","),
			strings.Join(words(e.perms, macPerms()), ","))
	}
	return b.String()
}

// aces are the entries as they are judged.
func (l macACL) aces() aceList {
	var list aceList
	for _, e := range l {
		deep := e.flags&macLimitInherit == 0
		list = append(list, ace{
			who: e.uuid.String(), deny: e.deny,
			inherited: e.flags&macInherited != 0, self: e.flags&macOnlyInherit == 0, dirs: deep && e.flags&macDirInherit != 0, files: deep && e.flags&macFileInherit != 0,
			rights: pick(e.perms&macRead, mayRead) | pick(e.perms&macWrite, mayWrite) |
				pick(e.perms&macAppend, mayAppend) | pick(e.perms&macExecute, mayRun),
		})
	}
	return list
}

// named are those of the entries that say more than what everybody may.
func (l macACL) named() aceList {
	return slices.DeleteFunc(l.aces(), func(e ace) bool { return !e.deny && e.who == macEveryone })
}

func pick(bit uint16, r right) right {
	if bit == 0 {
		return 0
	}
	return r
}

// inherited is what a file or directory gets that is made below (kauth_acl_inherit in XNU's bsd/kern/kern_authorization.c).
func (l macACL) inherited(dir bool) macACL {
	needed := uint16(macFileInherit)
	if dir {
		needed = macDirInherit
	}
	var list macACL
	for _, e := range l {
		if e.flags&needed == 0 {
			continue
		}
		if !dir || e.flags&macLimitInherit != 0 {
			e.flags = 0
		}
		e.flags = e.flags&^macOnlyInherit | macInherited
		list = append(list, e)
	}
	return list
}

// sharedMac is the ACL of a build cache that a group shares. Whom the one before names keeps his rights. The order is chmod(1)'s:
// what denies, what allows, what was inherited.
func sharedMac(before macACL, group uuid) macACL {
	list := slices.DeleteFunc(slices.Clone(before), func(e macEntry) bool {
		return !e.deny && e.kind == "group" && e.uuid == group
	})
	i := slices.IndexFunc(list, func(e macEntry) bool { return !e.deny || e.flags&macInherited != 0 })
	if i < 0 {
		i = len(list)
	}
	return slices.Insert(list, i, macEntry{kind: "group", uuid: group, flags: macFileInherit | macDirInherit, perms: macShared})
}
