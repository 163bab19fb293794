package user

import (
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
)

// GroupID returns the id of a group, given by name or number.
func GroupID(name string) (int, error) { return id(groupFile, "group", name) }

// Members returns the uids of a group's members: those that its line in /etc/group names, and those whose passwd
// entry has it. The group is not known if it has no line, or if the line names a user without a passwd entry.
func Members(gid int) (uids []int, known bool) {
	m := membersOf(lines(passwdFile), lines(groupFile), gid)
	return m.uids, m.group != "" && len(m.lost) == 0
}

// Group returns the name of a group, and the names of its members, sorted: those that its line in /etc/group
// names, and those whose passwd entry has it. The name is "" if the group has no line.
func Group(gid int) (name string, members []string) {
	m := membersOf(lines(passwdFile), lines(groupFile), gid)
	return m.group, m.names
}

// GroupsOf returns the groups whose lines in /etc/group name a user: his supplementary groups.
func GroupsOf(name string) (gids []int) {
	for f := range lines(groupFile) {
		if len(f) != 4 || !slices.Contains(strings.Split(string(f[3]), ","), name) {
			continue
		}
		if gid, err := number(string(f[2])); err == nil {
			gids = append(gids, gid)
		}
	}
	return gids
}

// JoinedLater returns the name of a group if /etc/group says that the user of this process is in it, and the process is
// not: then the session began before the user joined the group. Else it returns "".
func JoinedLater(gid int) string {
	own, known := Lookup(os.Geteuid())
	groups, err := os.Getgroups()
	if !known || err != nil || gid < 0 || own.UID == 0 || gid == os.Getegid() || slices.Contains(groups, gid) ||
		!slices.Contains(GroupsOf(own.Name), gid) {
		return ""
	}
	name, _ := Group(gid)
	return name
}

// PrivateGroup reports whether the group is the one of a single user, of whom it has the name, and returns that
// name.
func PrivateGroup(gid int) (name string, is bool) {
	name, members := Group(gid)
	return name, len(members) == 1 && members[0] == name
}

// membership is what /etc/group and /etc/passwd say of a group.
type membership struct {
	group string // its name, "" if it has no line
	names []string
	uids  []int
	lost  []string // those of the names that have no passwd entry
}

func membersOf(passwd, group iter.Seq[[][]byte], gid int) (m membership) {
	want := strconv.Itoa(gid)
	for f := range group {
		if string(f[2]) != want {
			continue
		}
		m.group = string(f[0])
		if len(f) > 3 {
			m.names = append(m.names, strings.FieldsFunc(string(f[3]), func(r rune) bool { return r == ',' })...)
		}
	}
	m.lost = slices.Clone(m.names)
	for f := range passwd {
		name := string(f[0])
		if !slices.Contains(m.names, name) && (len(f) <= 3 || string(f[3]) != want) {
			continue
		}
		m.names = append(m.names, name)
		if uid, err := number(string(f[2])); err == nil {
			m.uids = append(m.uids, uid)
			m.lost = slices.DeleteFunc(m.lost, func(n string) bool { return n == name })
		}
	}
	slices.Sort(m.names)
	m.names = slices.Compact(m.names)
	return m
}
