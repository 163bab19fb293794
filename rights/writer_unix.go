//go:build unix

package rights

import "golang.org/x/sys/unix"

// MayWrite reports whether a user with this uid and these groups may add to a directory, or may let himself:
// root, the owner, and those to whom the mode or the ACL gives it. What mounts and servers take back is not
// known here.
func MayWrite(dir string, uid int, groups []int) bool {
	var st unix.Stat_t
	if unix.Stat(dir, &st) != nil {
		return false
	}
	if uid == 0 || uid == int(st.Uid) || st.Mode&mayAdd == mayAdd {
		return true
	}
	l := accessAt(dir)
	if l == nil {
		l = aclOf(uint32(st.Mode))
	}
	return l.lets(uid, groups, int(st.Gid))
}
