//go:build unix && !linux

package tree

import (
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// Look looks at an entry of an open directory and follows no link; with "" at the directory itself.
func Look(dirfd int, name string) (Entry, error) {
	var st unix.Stat_t
	var err error
	if name == "" {
		err = unix.Fstat(dirfd, &st)
	} else {
		err = unix.Fstatat(dirfd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	}
	if err != nil {
		return Entry{}, err
	}
	return Entry{
		Mode:    fsinfo.FileMode(uint32(st.Mode)),
		UID:     int(st.Uid),
		GID:     int(st.Gid),
		Links:   uint64(st.Nlink),
		Size:    st.Size,
		Device:  uint64(st.Dev),
		Inode:   uint64(st.Ino),
		Mount:   uint64(st.Dev),
		Born:    bornAt(&st),
		Written: time.Unix(st.Mtim.Unix()),
		Changed: time.Unix(st.Ctim.Unix()),
	}, nil
}

// openUnreadable opens an entry of ours that we may not read: its owner can give himself the right.
func openUnreadable(dirfd int, name string, e Entry) (int, error) {
	if err := unix.Fchmodat(dirfd, name, fsinfo.SystemMode(e.Mode|0o400), unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return -1, err
	}
	return openEntry(dirfd, name)
}

func now() time.Time { return time.Now() }
