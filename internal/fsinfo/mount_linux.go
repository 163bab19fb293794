package fsinfo

import (
	"golang.org/x/sys/unix"
)

func mountID(path string) uint64 {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_MNT_ID, &st)
	if err != nil || st.Mask&unix.STATX_MNT_ID == 0 {
		return 0
	}
	return st.Mnt_id
}

func mountinfo() string {
	text, _ := ReadFile("/proc/self/mountinfo")
	return string(text)
}
