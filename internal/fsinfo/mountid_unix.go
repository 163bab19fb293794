//go:build unix

package fsinfo

// MountID returns the number of the mount that a path is on, 0 where the system does not tell (before Linux 5.8).
// One file system may be mounted in two places, as a container's volumes are, and rename(2) does not go from one to
// the other.
func MountID(path string) uint64 { return mountID(path) }
