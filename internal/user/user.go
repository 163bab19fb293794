// Package user is the ground floor for accounts: it reads /etc/passwd and /etc/group. It does not use os/user, whose import costs a
// sixth of a start of the program, and with cgo three quarters. Accounts of a directory service are not seen; numbers work for them.
package user

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

const (
	passwdFile = "/etc/passwd"
	groupFile  = "/etc/group"
)

// GroupID returns the id of a group, given by name or number.
func GroupID(name string) (int, error) {
	return id(groupFile, "group", name)
}

// ParseOwner reads USER:GROUP, names or numbers. Without a group it is the one of the user's passwd entry.
func ParseOwner(s string) (uid, gid int, err error) {
	user, group, named := strings.Cut(s, ":")
	if uid, err = id(passwdFile, "user", user); err != nil {
		return -1, -1, err
	}
	if named {
		gid, err = GroupID(group)
		return uid, gid, err
	}
	for f := range lines(passwdFile) {
		if string(f[2]) == strconv.Itoa(uid) && len(f) > 3 {
			gid, err = number(string(f[3]))
			return uid, gid, err
		}
	}
	return -1, -1, fmt.Errorf("uid %d has no passwd entry that names a group; type: --owner %s:GROUP", uid, user)
}

// Homes returns the homes of all users.
func Homes() []string {
	var dirs []string
	for f := range lines(passwdFile) {
		if len(f) > 5 {
			dirs = append(dirs, string(f[5]))
		}
	}
	return dirs
}

// Home returns the home and the group of a user, "" where the uid has no passwd entry.
func Home(uid int) (dir string, gid int) {
	for f := range lines(passwdFile) {
		if len(f) > 5 && string(f[2]) == strconv.Itoa(uid) {
			gid, _ = number(string(f[3]))
			return string(f[5]), gid
		}
	}
	return "", -1
}

// Members returns the uids of a group's members: those that its line in /etc/group names, and those whose passwd entry has it. The
// group is not known if it has no line, or if the line names a user without a passwd entry.
func Members(gid int) (uids []int, known bool) {
	uids, names, known := membersOf(lines(passwdFile), lines(groupFile), gid)
	return uids, known && len(names) == 0
}

// Group returns the name of a group, and the names of its members, sorted: those that its line in /etc/group names,
// and those whose passwd entry has it. The name is "" if the group has no line.
func Group(gid int) (name string, members []string) {
	return groupOf(lines(passwdFile), lines(groupFile), gid)
}

// PrivateGroup reports whether the group is the one of a single user, of whom it has the name, and returns that name.
func PrivateGroup(gid int) (name string, is bool) {
	name, members := Group(gid)
	return name, len(members) == 1 && members[0] == name
}

// groupOf is Group for the lines of two files.
func groupOf(passwd, group func(func([][]byte) bool), gid int) (name string, members []string) {
	want := strconv.Itoa(gid)
	for f := range group {
		if string(f[2]) != want {
			continue
		}
		name = string(f[0])
		if len(f) > 3 {
			members = append(members, strings.FieldsFunc(string(f[3]), func(r rune) bool { return r == ',' })...)
		}
	}
	for f := range passwd {
		if len(f) > 3 && string(f[3]) == want {
			members = append(members, string(f[0]))
		}
	}
	slices.Sort(members)
	return name, slices.Compact(members)
}

// membersOf is Members for the lines of two files. It returns the names too that have no passwd entry.
func membersOf(passwd, group func(func([][]byte) bool), gid int) (uids []int, names []string, known bool) {
	want := strconv.Itoa(gid)
	for f := range group {
		if string(f[2]) != want {
			continue
		}
		known = true
		if len(f) > 3 {
			names = append(names, strings.FieldsFunc(string(f[3]), func(r rune) bool { return r == ',' })...)
		}
	}
	for f := range passwd {
		i := slices.Index(names, string(f[0]))
		if uid, err := number(string(f[2])); err == nil && (i >= 0 || len(f) > 3 && string(f[3]) == want) {
			uids = append(uids, uid)
		}
		if i >= 0 {
			names = slices.DeleteFunc(names, func(n string) bool { return n == string(f[0]) })
		}
	}
	return uids, names, known
}

// id finds the number of a name in a file like passwd(5), or takes a number as it is.
func id(file, kind, name string) (int, error) {
	if n, err := number(name); err == nil {
		return n, nil
	}
	for f := range lines(file) {
		if string(f[0]) == name {
			return number(string(f[2]))
		}
	}
	return -1, fmt.Errorf("no %s %q in %s; a number will do", kind, name, file)
}

// number reads an id. The largest stands for no id (chown(2)).
func number(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err == nil && n == 1<<32-1 {
		err = strconv.ErrRange
	}
	return int(n), err
}

// lines yields the fields of the lines of a file that have at least three.
func lines(file string) func(yield func([][]byte) bool) {
	data, _ := os.ReadFile(file)
	return linesOf(data)
}

func linesOf(data []byte) func(yield func([][]byte) bool) {
	return func(yield func([][]byte) bool) {
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if f := bytes.Split(line, []byte(":")); len(f) >= 3 && !yield(f) {
				return
			}
		}
	}
}
