// Package acl reads and writes access control lists: POSIX ACLs as Linux keeps them in extended attributes, and the
// security descriptors of Windows. It tells what a list says and decides nothing: package rights does.
//
// POSIX ACLs exist on Linux only. Elsewhere the functions that ask the file system return errors.ErrUnsupported.
// ACLs of the NFSv4 kind (macOS, FreeBSD on ZFS) are not read.
package acl
