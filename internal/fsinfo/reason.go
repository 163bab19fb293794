package fsinfo

import (
	"errors"
	"io/fs"
	"syscall"
)

// Reason returns what the system said, without the path, which may be that of a temporary file.
func Reason(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
