package rights

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	accessACL  = "system.posix_acl_access"
	defaultACL = "system.posix_acl_default"
)

// getACL reads an ACL of an open file; nil where there is none. The error is errors.ErrUnsupported where the file system
// knows none.
func getACL(fd int, name string) (acl, error) {
	return readACL(func(buf []byte) (int, error) { return unix.Fgetxattr(fd, name, buf) })
}

// defaultAt reads the default ACL of a directory: one at a path, or an open one.
func defaultAt(dirfd int, name string) (acl, error) {
	if dirfd != unix.AT_FDCWD {
		return getACL(dirfd, defaultACL)
	}
	return readACL(func(buf []byte) (int, error) { return unix.Getxattr(name, defaultACL, buf) })
}

// accessAt reads the access ACL of the directory at a path.
func accessAt(dir string) acl {
	l, _ := readACL(func(buf []byte) (int, error) { return unix.Getxattr(dir, accessACL, buf) })
	return l
}

func readACL(read func([]byte) (int, error)) (acl, error) {
	buf := make([]byte, aclHeader+32*aclEntrySize)
	n, err := read(buf)
	if errors.Is(err, unix.ERANGE) {
		buf = make([]byte, 1<<16) // XATTR_SIZE_MAX
		n, err = read(buf)
	}
	switch {
	case errors.Is(err, unix.ENODATA):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return parseACL(buf[:n])
}

// setACL sets an ACL; an access ACL changes the mode with it.
func setACL(fd int, name string, l acl) error {
	return unix.Fsetxattr(fd, name, l.bytes(), 0)
}

// accessOf reads the access ACL of an entry of a directory without opening it. What it says is looked at again on a
// descriptor before anything is changed.
func accessOf(dirfd int, name string) acl {
	l, _ := readACL(func(buf []byte) (int, error) {
		return unix.Lgetxattr("/proc/self/fd/"+strconv.Itoa(dirfd)+"/"+name, accessACL, buf)
	})
	return l
}
