package envfix

import (
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// volumeOf asks statfs. It counts room in fragments of f_frsize bytes; f_bsize is only the best size for reading
// (statvfs(3)). A file system that counts no inodes (btrfs) reports 0 of 0.
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
		v.bytes = st.Bfree * uint64(st.Frsize) // root may use the reserve
	}
	if st.Files == 0 {
		v.files = math.MaxUint64
	}
	return v
}
