//go:build unix && !linux

package rights

import "errors"

const (
	accessACL  = "access"
	defaultACL = "default"
)

// These systems have no POSIX ACLs.
func getACL(fd int, name string) (acl, error)       { return nil, errors.ErrUnsupported }
func defaultAt(dirfd int, name string) (acl, error) { return nil, errors.ErrUnsupported }
func setACL(fd int, name string, l acl) error       { return errors.ErrUnsupported }

func accessAt(dir string) acl             { return nil }
func accessOf(dirfd int, name string) acl { return nil }
