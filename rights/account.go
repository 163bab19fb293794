package rights

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Not by os/user: the import alone costs a sixth of a start of the program, and with cgo three quarters.

// groupID finds a group by its name in /etc/group, or takes a number as it is.
func groupID(name string) (int, error) {
	return account("/etc/group", "group", name)
}

// ParseOwner reads USER:GROUP, names or numbers. Of a user without a group it is that of his passwd entry.
func ParseOwner(s string) (*Owner, error) {
	user, group, named := strings.Cut(s, ":")
	uid, err := account("/etc/passwd", "user", user)
	if err != nil {
		return nil, err
	}
	if named {
		gid, err := groupID(group)
		return &Owner{uid, gid}, err
	}
	for f := range entries("/etc/passwd") {
		if string(f[2]) == strconv.Itoa(uid) && len(f) > 3 {
			gid, err := number(string(f[3]))
			return &Owner{uid, gid}, err
		}
	}
	return nil, fmt.Errorf("uid %d has no passwd entry that names a group; type: --owner %s:GROUP", uid, user)
}

// Homes are the homes of all users in /etc/passwd.
func Homes() []string {
	var dirs []string
	for f := range entries("/etc/passwd") {
		if len(f) > 5 {
			dirs = append(dirs, string(f[5]))
		}
	}
	return dirs
}

// account finds the number of a name in a file like passwd(5).
func account(file, kind, name string) (int, error) {
	if id, err := number(name); err == nil {
		return id, nil
	}
	for f := range entries(file) {
		if string(f[0]) == name {
			return number(string(f[2]))
		}
	}
	return -1, fmt.Errorf("no %s %q in %s; a number will do", kind, name, file)
}

// number reads an id. The largest stands for no id.
func number(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err == nil && n == noID {
		err = strconv.ErrRange
	}
	return int(n), err
}

// entries returns the fields of the lines of a file that have at least three.
func entries(file string) func(yield func([][]byte) bool) {
	data, _ := os.ReadFile(file)
	return func(yield func([][]byte) bool) {
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if f := bytes.Split(line, []byte(":")); len(f) >= 3 && !yield(f) {
				return
			}
		}
	}
}
