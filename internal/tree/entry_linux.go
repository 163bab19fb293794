package tree

import (
	"cmp"
	"strconv"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// Look looks at an entry of an open directory and follows no link; with "" at the directory itself.
func Look(dirfd int, name string) (Entry, error) {
	flags := unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
	if name == "" {
		flags = unix.AT_EMPTY_PATH
	}
	const mask = unix.STATX_BASIC_STATS | unix.STATX_BTIME | unix.STATX_MNT_ID
	var st unix.Statx_t
	for {
		err := unix.Statx(dirfd, name, flags, mask, &st)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return Entry{}, err
		}
		break
	}
	e := Entry{
		Mode:    fsinfo.FileMode(uint32(st.Mode)),
		UID:     int(st.Uid),
		GID:     int(st.Gid),
		Links:   uint64(st.Nlink),
		Size:    int64(st.Size),
		Device:  unix.Mkdev(st.Dev_major, st.Dev_minor),
		Inode:   st.Ino,
		Written: time.Unix(st.Mtime.Sec, int64(st.Mtime.Nsec)),
		Changed: time.Unix(st.Ctime.Sec, int64(st.Ctime.Nsec)),
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		e.Born = time.Unix(st.Btime.Sec, int64(st.Btime.Nsec))
	}
	// Not the device: files of one overlayfs may show another one than directories
	// (Documentation/filesystems/overlayfs.rst).
	e.Mount = e.Device
	if st.Mask&unix.STATX_MNT_ID != 0 { // since Linux 5.8
		e.Mount = st.Mnt_id
	}
	return e, nil
}

// openUnreadable opens an entry of ours that we may not read: its owner can give himself the right. It does so by a
// descriptor of the entry that was looked at, because fchmodat(2) without following links is new (Linux 6.6).
func openUnreadable(dirfd int, name string, e Entry) (int, error) {
	fd, err := fsinfo.Retry(func() (int, error) {
		return unix.Openat(dirfd, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, err
	}
	defer unix.Close(fd)
	now, err := Look(fd, "")
	if err != nil || now.Inode != e.Inode || now.Device != e.Device {
		return -1, cmp.Or(err, fsinfo.ErrReplaced)
	}
	path := "/proc/self/fd/" + strconv.Itoa(fd)
	if err := unix.Chmod(path, fsinfo.SystemMode(now.Mode|0o400)); err != nil {
		return -1, err
	}
	return fsinfo.Retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	})
}

// now asks the clock that file systems take the time from. It ticks a few hundred times a second (current_time in
// fs/inode.c).
func now() time.Time {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &ts) != nil {
		return time.Now()
	}
	return time.Unix(ts.Unix())
}
