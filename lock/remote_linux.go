package lock

import "golang.org/x/sys/unix"

// isRemote reports whether a file system belongs to another machine or to a program. Locks on its directories are
// local to this machine, while those on files may be known to all. The numbers are from statfs(2) and
// linux/magic.h.
func isRemote(s *unix.Statfs_t) bool {
	const lustre, gpfs, gfs2 = 0x0bd00bd0, 0x47504653, 0x01161970
	switch uint32(s.Type) {
	case unix.NFS_SUPER_MAGIC, unix.V9FS_MAGIC, unix.FUSE_SUPER_MAGIC,
		unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.SMB_SUPER_MAGIC,
		unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CEPH_SUPER_MAGIC, unix.CODA_SUPER_MAGIC, lustre, gpfs, gfs2:
		return true
	}
	return false
}
