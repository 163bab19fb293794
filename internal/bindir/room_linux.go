package bindir

import "golang.org/x/sys/unix"

// hasRoom reports whether the file system has room for a file of that size. If it has, and there was "no space
// left", then another limit is the cause, such as a quota: it does not help to remove a file first.
func hasRoom(dir string, size int64) bool {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil || st.Files > 0 && st.Ffree == 0 { // Files is 0 on btrfs
		return false
	}
	return st.Bavail*uint64(st.Frsize) > uint64(size)
}
