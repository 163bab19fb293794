//go:build darwin || freebsd

package envfix

import (
	"math"

	"golang.org/x/sys/unix"
)

// volumeOf asks statfs. On these systems f_bsize is the size of a fragment, in which room is counted. On FreeBSD
// the room for users can be negative, when root has used the reserve.
func volumeOf(path string) volume {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil || st.Blocks == 0 {
		return volume{bytes: math.MaxUint64, files: math.MaxUint64}
	}
	v := volume{
		readonly: st.Flags&unix.MNT_RDONLY != 0,
		noexec:   st.Flags&unix.MNT_NOEXEC != 0,
		bytes:    uint64(max(0, int64(st.Bavail))) * uint64(st.Bsize),
		files:    uint64(max(0, int64(st.Ffree))),
	}
	if st.Files == 0 {
		v.files = math.MaxUint64
	}
	return v
}
