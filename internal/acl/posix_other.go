//go:build unix && !linux

package acl

import "errors"

// A Kind is one of the two ACLs that a file has on Linux.
type Kind string

const (
	Access  Kind = "access"
	Default Kind = "default"
)

// These systems have no POSIX ACLs, or nobody has run what would read them.
func Get(fd int, k Kind) (POSIX, error)         { return nil, errors.ErrUnsupported }
func OfPath(path string, k Kind) (POSIX, error) { return nil, errors.ErrUnsupported }
func At(dirfd int, name string, k Kind) POSIX   { return nil }
func Set(fd int, k Kind, l POSIX) error         { return errors.ErrUnsupported }
