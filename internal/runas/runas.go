// Package runas gives up root for another user, for good: go safe exec --user and go safe entrypoint --user. It only
// ever goes down, from root to a user. Nothing of root is left afterwards: no saved id, no group, no capability, no
// session keyring.
package runas

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/user"
)

// A User is who the process becomes.
type User struct {
	UID, GID int
	Groups   []int  // the supplementary groups, as /etc/group has them
	Home     string // of the passwd entry, "" if there is none
}

// Parse reads the value of --user: owner, which is the owner of dir, or USER[:GROUP], names or numbers. Without a
// group, a user has the group of the passwd entry; a number without an entry has the group of the same number, as
// fixuid has it. The supplementary groups are those of a user who is given without a group, or as owner.
func Parse(value, dir string) (User, error) {
	if value == "owner" {
		return ownerOf(dir)
	}
	name, group, grouped := strings.Cut(value, ":")
	if name == "" || grouped && group == "" {
		return User{}, fmt.Errorf("--user %s: want owner, or USER[:GROUP]", value)
	}
	uid, err := user.ID(name)
	if err != nil {
		return User{}, fmt.Errorf("--user %s: %w", value, err)
	}
	u := User{UID: uid, GID: uid}
	a, known := user.Lookup(uid)
	if known && a.GID >= 0 {
		u.GID, u.Home = a.GID, a.Home
	}
	if grouped {
		if u.GID, err = user.GroupID(group); err != nil {
			return User{}, fmt.Errorf("--user %s: %w", value, err)
		}
	} else if known {
		u.Groups = user.GroupsOf(a.Name)
	}
	return u, nil
}

// ownerOf returns the owner of a directory, with its group. A group with a name in /etc/group needs the owner as its
// member. Everybody can make a directory of a foreign group, in a setgid directory that all may write to. The group
// root is only root's. If the owner is this user, nothing needs to change.
func ownerOf(dir string) (User, error) {
	fi, err := os.Stat(dir)
	if err != nil {
		return User{}, fmt.Errorf("--user owner: %w", err)
	}
	uid, gid := fsinfo.Owner(fi), fsinfo.Group(fi)
	if uid < 0 {
		return User{}, errors.New("--user owner: this system has no numeric users")
	}
	if fsinfo.Unmapped(uid) {
		return User{}, fmt.Errorf("--user owner: the owner of %s has no number in this user namespace", dir)
	}
	if uid == os.Geteuid() {
		return User{UID: uid, GID: os.Getegid()}, nil
	}
	u := User{UID: uid, GID: gid}
	a, known := user.Lookup(uid)
	if known {
		u.Home, u.Groups = a.Home, user.GroupsOf(a.Name)
	}
	name, _ := user.Group(gid)
	if gid != 0 && (name == "" || known && gid == a.GID || slices.Contains(u.Groups, gid)) {
		return u, nil
	}
	u.GID = uid
	if known && a.GID > 0 {
		u.GID = a.GID
	}
	return u, nil
}

// Become makes this process the user's. It does nothing if the process is that user's already. It fails for anybody
// except root, and then nothing has changed, or nothing that matters: the caller must not go on.
func (u User) Become() error {
	switch uid := os.Geteuid(); {
	case uid == u.UID && os.Getegid() == u.GID:
		return nil
	case uid != 0:
		return fmt.Errorf("--user: only root can run a command as another user; this is uid %d", uid)
	}
	if err := u.become(); err != nil {
		return fmt.Errorf("--user: run as uid %d, gid %d: %w", u.UID, u.GID, err)
	}
	return nil
}
