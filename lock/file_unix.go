//go:build unix

package lock

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"
)

const (
	lockableDirectories = true

	// noFollow keeps a link from leading elsewhere, and a named pipe from blocking.
	noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK
)

// interrupted reports whether a signal ended the call: a file system may wait for a server even where the
// caller would not (golang.org/issue/50733).
func interrupted(err error) bool {
	return errors.Is(err, unix.EINTR)
}

// noDirectoryLocks reports whether an error says that the file system locks nothing, or nothing that is open for reading alone: EBADF of
// NFS, and EIO of older ones, for which package flock opens the directory for writing (EISDIR).
func noDirectoryLocks(err error) bool {
	return slices.ContainsFunc([]error{unix.ENOLCK, unix.EOPNOTSUPP, unix.ENOTSUP, unix.ENOSYS, unix.EINVAL, unix.EBADF, unix.EISDIR},
		func(refusal error) bool { return errors.Is(err, refusal) })
}
