package clean

import "golang.org/x/sys/unix"

// swap exchanges two directories in one step, so that at no moment one of the names is free.
func swap(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}
