package clean

import "golang.org/x/sys/unix"

// swap exchanges two names in an open directory in one step, so that at no moment one of them is free.
func swap(dir int, a, b string) error {
	return unix.Renameat2(dir, a, dir, b, unix.RENAME_EXCHANGE)
}
