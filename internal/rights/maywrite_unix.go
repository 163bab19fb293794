//go:build unix

package rights

import (
	"github.com/go-safe/go-safe/internal/acl"
	"golang.org/x/sys/unix"
)

// MayWrite reports whether a user with this uid and these groups may make entries in a directory, or could let
// himself: root, the owner, and those to whom the mode or the ACL gives it. Mounts and servers may refuse all the
// same.
func MayWrite(dir string, uid int, groups []int) bool {
	var st unix.Stat_t
	if unix.Stat(dir, &st) != nil {
		return false
	}
	if uid == 0 || uid == int(st.Uid) || st.Mode&acl.Add == acl.Add {
		return true
	}
	l, _ := acl.OfPath(dir, acl.Access)
	if l == nil {
		l = acl.FromMode(uint32(st.Mode))
	}
	return l.Lets(uid, groups, int(st.Gid))
}
