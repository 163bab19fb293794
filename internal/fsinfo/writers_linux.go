package fsinfo

import (
	"github.com/go-safe/go-safe/internal/acl"
	"golang.org/x/sys/unix"
)

// O_PATH, because to look names up in a directory one needs no right to read it.
const wayFlags = unix.O_PATH | unix.O_DIRECTORY

// isProc reports whether an open directory is one of proc(5).
func isProc(fd int) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && st.Type == unix.PROC_SUPER_MAGIC
}

// aclWriters returns the users and groups that the access ACL of a directory lets write, without its owner and
// everyone. It returns false if there is no ACL.
func aclWriters(fd, gid int) (list []writer, ok bool) {
	readable, err := open(fd, ".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, false
	}
	defer unix.Close(readable)
	l, err := acl.Get(readable, acl.Access)
	for _, e := range l {
		switch writes := l.Bound(e.Perm)&2 != 0; {
		case writes && e.Tag == acl.User:
			list = append(list, writer{aUser, int(e.ID)})
		case writes && e.Tag == acl.GroupObj:
			list = append(list, writer{aGroup, gid})
		case writes && e.Tag == acl.Group:
			list = append(list, writer{aGroup, int(e.ID)})
		}
	}
	return list, err == nil && l != nil
}
