//go:build unix

package doctor

import "golang.org/x/sys/unix"

// openFilesLimit returns how many files a process of this user may have open at most.
func openFilesLimit() (limit uint64, known bool) {
	var r unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r)
	return uint64(r.Max), err == nil
}
