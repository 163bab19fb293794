//go:build unix

package bindir

import (
	"errors"
	"syscall"
)

// rename puts temp in the place of a file in one step.
func (s *Stage) rename(temp, name string) error {
	return s.root.Rename(temp, name)
}

// isFull reports whether there was no room for the file.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// isTooLarge reports whether no file of that size can be made (RLIMIT_FSIZE, or the file system's own limit).
func isTooLarge(err error) bool {
	return errors.Is(err, syscall.EFBIG)
}
