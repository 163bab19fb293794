package clean

import "golang.org/x/sys/unix"

// swap exchanges two names in an open directory in one step, so that neither of them is ever free.
func swap(dir int, a, b string) error {
	return unix.Renameat2(dir, a, dir, b, unix.RENAME_EXCHANGE)
}
