package acl

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// A Kind is one of the two ACLs of a file.
type Kind string

const (
	Access  Kind = "system.posix_acl_access"
	Default Kind = "system.posix_acl_default" // what entries of a directory inherit
)

// Get reads an ACL of an open file, nil if it has none. The error is errors.ErrUnsupported if the file system has
// no ACLs.
func Get(fd int, k Kind) (POSIX, error) {
	return read(func(buf []byte) (int, error) { return unix.Fgetxattr(fd, string(k), buf) })
}

// OfPath reads an ACL of the file that a path leads to.
func OfPath(path string, k Kind) (POSIX, error) {
	return read(func(buf []byte) (int, error) { return unix.Getxattr(path, string(k), buf) })
}

// At reads an ACL of an entry of an open directory without opening the entry, nil if it cannot. Before anything is
// changed, ask Get: another entry may have the name by then.
func At(dirfd int, name string, k Kind) POSIX {
	path := "/proc/self/fd/" + strconv.Itoa(dirfd) + "/" + name
	l, _ := read(func(buf []byte) (int, error) { return unix.Lgetxattr(path, string(k), buf) })
	return l
}

// Set sets an ACL of an open file. An access ACL changes the mode with it.
func Set(fd int, k Kind, l POSIX) error {
	return unix.Fsetxattr(fd, string(k), l.Bytes(), 0)
}

func read(get func([]byte) (int, error)) (POSIX, error) {
	buf := make([]byte, headerSize+32*entrySize)
	n, err := get(buf)
	if errors.Is(err, unix.ERANGE) {
		buf = make([]byte, 1<<16) // XATTR_SIZE_MAX
		n, err = get(buf)
	}
	switch {
	case errors.Is(err, unix.ENODATA):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return parsePOSIX(buf[:n])
}
