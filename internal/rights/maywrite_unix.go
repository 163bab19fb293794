//go:build unix

package rights

import (
	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/unix"
)

// MayWrite reports whether a user with these ids may make entries in a directory, or could let himself: root, the
// owner, and those to whom the mode or the ACL gives it. Mounts and servers may refuse all the same.
func MayWrite(dir string, ids proc.IDs) bool {
	var st unix.Stat_t
	if ids.UID < 0 || unix.Stat(dir, &st) != nil {
		return false
	}
	if ids.UID == 0 || ids.UID == int(st.Uid) || st.Mode&acl.Add == acl.Add {
		return true
	}
	l, _ := acl.OfPath(dir, acl.Access)
	if l == nil {
		l = acl.FromMode(uint32(st.Mode))
	}
	return l.Lets(ids.UID, ids.Groups, int(st.Gid))
}
