//go:build unix && !linux

package rights

import (
	"time"

	"golang.org/x/sys/unix"
)

// lookAt looks at an entry of a directory without following a link; with "" at the directory itself.
func lookAt(dirfd int, name string) (entry, error) {
	var st unix.Stat_t
	var err error
	if name == "" {
		err = unix.Fstat(dirfd, &st)
	} else {
		err = unix.Fstatat(dirfd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	}
	if err != nil {
		return entry{}, err
	}
	return entry{
		mode: fileMode(uint32(st.Mode)), uid: int(st.Uid), gid: int(st.Gid), links: uint64(st.Nlink), size: st.Size,
		device: uint64(st.Dev), inode: uint64(st.Ino), mount: uint64(st.Dev),
		born: bornAt(&st), written: time.Unix(st.Mtim.Unix()), changed: time.Unix(st.Ctim.Unix()),
	}, nil
}

// openUnreadable opens an entry of ours that we may not read, after a look at it: its owner can give himself the right.
func openUnreadable(dirfd int, name string, e entry) (int, error) {
	if err := unix.Fchmodat(dirfd, name, systemMode(e.mode|0o400), unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return -1, err
	}
	return openEntry(dirfd, name)
}

// now is the time that files made from here on do not lie before.
func now() time.Time {
	return time.Now()
}
