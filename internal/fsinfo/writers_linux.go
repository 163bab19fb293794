package fsinfo

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// Looking names up in a directory takes no right to read it.
const wayFlags = unix.O_PATH | unix.O_DIRECTORY

// isProc reports whether an open directory is one of proc(5).
func isProc(fd int) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && st.Type == unix.PROC_SUPER_MAGIC
}

// aclWriters returns whom the access ACL of a directory lets write besides its owner and everyone; false where it has none. The
// format is that of linux/posix_acl_xattr.h: a version, then entries of tag, rights and id, all little-endian.
func aclWriters(fd, gid int) (list []writer, ok bool) {
	const header, size, userTag, groupTag, namedTag, maskTag = 4, 8, 0x02, 0x04, 0x08, 0x10
	readable, err := open(fd, ".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, false
	}
	defer unix.Close(readable)
	buf := make([]byte, 1<<16) // XATTR_SIZE_MAX
	n, err := unix.Fgetxattr(readable, "system.posix_acl_access", buf)
	if err != nil || n < header {
		return nil, false
	}
	mask := uint16(7)
	for pass := range 2 { // the mask comes behind those that it bounds
		for e := buf[header:n]; len(e) >= size; e = e[size:] {
			tag, perm, id := binary.LittleEndian.Uint16(e), binary.LittleEndian.Uint16(e[2:]), int(binary.LittleEndian.Uint32(e[4:]))
			switch {
			case tag == maskTag:
				mask = perm
			case pass == 0 || perm&mask&2 == 0:
			case tag == userTag:
				list = append(list, writer{aUser, id})
			case tag == groupTag:
				list = append(list, writer{aGroup, gid})
			case tag == namedTag:
				list = append(list, writer{aGroup, id})
			}
		}
	}
	return list, true
}
