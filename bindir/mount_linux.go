package bindir

import "golang.org/x/sys/unix"

// mountOf returns the number of the mount that a directory is on, 0 where the kernel is older than Linux 5.8. One file system
// may be mounted in two places, as a container's volumes are, and rename(2) does not go from one to the other.
func mountOf(dir string) uint64 {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, dir, 0, unix.STATX_MNT_ID, &st)
	if err != nil || st.Mask&unix.STATX_MNT_ID == 0 {
		return 0
	}
	return st.Mnt_id
}
