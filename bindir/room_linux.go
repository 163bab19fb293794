package bindir

import "golang.org/x/sys/unix"

// hasRoom reports whether the file system has room for a file of that size. Then "no space left" has another
// cause than the files that are there: removing one of them does not help.
func hasRoom(dir string, size int64) bool {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil || st.Files > 0 && st.Ffree == 0 { // btrfs counts none
		return false
	}
	return st.Bavail*uint64(st.Frsize) > uint64(size)
}
