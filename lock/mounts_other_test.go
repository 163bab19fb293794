//go:build !linux

package lock

// ownMounts does nothing: these systems have no bind mounts to leave behind.
func ownMounts() {}
