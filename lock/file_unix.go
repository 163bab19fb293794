//go:build unix

package lock

import (
	"errors"

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
