package rights

import (
	"cmp"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// lookAt looks at an entry of a directory without following a link; with "" at the directory itself.
func lookAt(dirfd int, name string) (entry, error) {
	flags := unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
	if name == "" {
		flags = unix.AT_EMPTY_PATH
	}
	var st unix.Statx_t
	for {
		err := unix.Statx(dirfd, name, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME|unix.STATX_MNT_ID, &st)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return entry{}, err
		}
		break
	}
	e := entry{
		mode: fileMode(uint32(st.Mode)), uid: int(st.Uid), gid: int(st.Gid), links: uint64(st.Nlink), size: int64(st.Size),
		device: unix.Mkdev(st.Dev_major, st.Dev_minor), inode: st.Ino,
		written: time.Unix(st.Mtime.Sec, int64(st.Mtime.Nsec)), changed: time.Unix(st.Ctime.Sec, int64(st.Ctime.Nsec)),
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		e.born = time.Unix(st.Btime.Sec, int64(st.Btime.Nsec))
	}
	// Of one overlayfs files may show another device than directories (Documentation/filesystems/overlayfs.rst).
	e.mount = e.device
	if st.Mask&unix.STATX_MNT_ID != 0 { // since Linux 5.8
		e.mount = st.Mnt_id
	}
	return e, nil
}

// openUnreadable opens an entry of ours that we may not read, after a look at it: its owner can give himself the right. By
// a descriptor, which no name is needed for: fchmodat(2) without following links is new (Linux 6.6).
func openUnreadable(dirfd int, name string, e entry) (int, error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(dirfd, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, err
	}
	defer unix.Close(fd)
	now, err := lookAt(fd, "")
	if err != nil || now.inode != e.inode || now.device != e.device {
		return -1, cmp.Or(err, errSwapped)
	}
	path := "/proc/self/fd/" + strconv.Itoa(fd)
	if err := unix.Chmod(path, systemMode(now.mode|0o400)); err != nil {
		return -1, err
	}
	return retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	})
}

// now is the time that files made from here on do not lie before. File systems take it from a clock that ticks a few
// hundred times a second (current_time in fs/inode.c).
func now() time.Time {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &ts) != nil {
		return time.Now()
	}
	return time.Unix(ts.Unix())
}
