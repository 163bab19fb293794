package rights

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// heed puts into the facts what the ACL of a directory says. For most directories one system call tells that there is none; who we are
// is asked of a daemon only where something is inherited.
func (f *facts) heed(dirfd int, name string) {
	if dirfd != unix.AT_FDCWD {
		f.entries, _ = getMac(dirfd)
	} else {
		f.entries, _ = macOfPath(name)
	}
	f.everybody = f.entries.aces().adds([]string{macEveryone})
	list := f.entries.named()
	if !list.heirs() {
		return
	}
	self, err := uuidOf(libc_mbr_uid_to_uuid_addr, f.uid)
	if err != nil {
		return
	}
	us := []string{self.String(), macEveryone}
	for _, e := range f.entries {
		if e.kind == "group" && member(self, e.uuid) {
			us = append(us, e.uuid.String())
		}
	}
	f.lets = list.lets(us...)
	owner, err := uuidOf(libc_mbr_uid_to_uuid_addr, f.owner)
	f.shares = err == nil && list.shares([]string{owner.String()}, macEveryone)
}

// ourGroups are the groups of the process. The kernel keeps no more than 16, and asks the daemon about others, as we do about one.
func ourGroups(one int) []int {
	groups, _ := os.Getgroups()
	groups = append(groups, os.Getegid())
	self, err := uuidOf(libc_mbr_uid_to_uuid_addr, os.Geteuid())
	if err != nil || slices.Contains(groups, one) {
		return groups
	}
	if group, err := uuidOf(libc_mbr_gid_to_uuid_addr, one); err == nil && member(self, group) {
		groups = append(groups, one)
	}
	return groups
}

// macSharing is the ACL that an open directory is to have if the group is to share it.
func macSharing(fd, group int) (macACL, error) {
	before, err := getMac(fd)
	if err != nil {
		return nil, err
	}
	who, err := uuidOf(libc_mbr_gid_to_uuid_addr, group)
	return sharedMac(before, who), err
}
