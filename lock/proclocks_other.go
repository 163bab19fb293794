//go:build !linux && !windows

package lock

// entries returns nil: only Linux has /proc/locks.
func (*lockFile) entries() []entry { return nil }
