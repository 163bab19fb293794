package envfix

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// volumeOf asks statfs, which counts room in fragments (f_frsize; f_bsize is only what is best read at once, statvfs(3)).
// A file system that counts no inodes (btrfs) says 0 of 0.
func volumeOf(path string) volume {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil || st.Blocks == 0 {
		return volume{bytes: math.MaxUint64, files: math.MaxUint64}
	}
	v := volume{
		readonly: st.Flags&unix.ST_RDONLY != 0,
		noexec:   st.Flags&unix.ST_NOEXEC != 0,
		bytes:    st.Bavail * uint64(st.Frsize),
		files:    st.Ffree,
		names:    int(st.Namelen),
	}
	if os.Geteuid() == 0 {
		v.bytes = st.Bfree * uint64(st.Frsize) // with the reserve
	}
	if st.Files == 0 {
		v.files = math.MaxUint64
	}
	return v
}
