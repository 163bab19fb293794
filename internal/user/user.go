// Package user is the ground floor for accounts: it reads /etc/passwd and /etc/group. It does not use os/user,
// whose import costs a sixth of a start of the program, and with cgo three quarters. Accounts of a directory
// service are not seen; numbers work for them.
package user

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ParseOwner reads USER:GROUP, names or numbers. Without a group it is the one of the user's passwd entry.
func ParseOwner(s string) (uid, gid int, err error) {
	user, group, named := strings.Cut(s, ":")
	if uid, err = ID(user); err != nil {
		return -1, -1, err
	}
	if named {
		gid, err = GroupID(group)
		return uid, gid, err
	}
	if a, ok := Lookup(uid); ok && a.GID >= 0 {
		return uid, a.GID, nil
	}
	return -1, -1, fmt.Errorf("uid %d has no passwd entry that names a group; run: --owner %s:GROUP", uid, user)
}

// ID returns the uid of a user, given by name or number.
func ID(name string) (int, error) { return id(passwdFile, "user", name) }

// An Account is an entry of /etc/passwd.
type Account struct {
	Name        string
	UID, GID    int
	Home, Shell string // absolute paths, "" where the entry has none
}

// Lookup returns the account of a user, false where the uid has no passwd entry.
func Lookup(uid int) (Account, bool) {
	for a := range accounts(lines(passwdFile)) {
		if a.UID == uid {
			return a, true
		}
	}
	return Account{}, false
}

// Name returns the name of a user, "uid N" where the uid has no passwd entry.
func Name(uid int) string {
	if a, ok := Lookup(uid); ok {
		return a.Name
	}
	return "uid " + strconv.Itoa(uid)
}

// Homes returns the homes of all users.
func Homes() (dirs []string) {
	for a := range accounts(lines(passwdFile)) {
		if a.Home != "" {
			dirs = append(dirs, a.Home)
		}
	}
	return dirs
}

// accounts yields the entries among lines of passwd(5).
func accounts(lines iter.Seq[[][]byte]) iter.Seq[Account] {
	return func(yield func(Account) bool) {
		for f := range lines {
			if len(f) != 7 {
				continue
			}
			uid, err := number(string(f[2]))
			if err != nil {
				continue
			}
			a := Account{Name: string(f[0]), UID: uid, GID: -1}
			if gid, err := number(string(f[3])); err == nil {
				a.GID = gid
			}
			if path := string(f[5]); filepath.IsAbs(path) {
				a.Home = path
			}
			if path := string(f[6]); filepath.IsAbs(path) {
				a.Shell = path
			}
			if !yield(a) {
				return
			}
		}
	}
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
func lines(file string) iter.Seq[[][]byte] {
	data, _ := os.ReadFile(file)
	return linesOf(data)
}

func linesOf(data []byte) iter.Seq[[][]byte] {
	return func(yield func([][]byte) bool) {
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if f := bytes.Split(line, []byte(":")); len(f) >= 3 && !yield(f) {
				return
			}
		}
	}
}
