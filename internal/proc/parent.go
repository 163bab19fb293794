//go:build linux || windows

package proc

// Parent returns the pid of a process's parent, 0 where that is outside of this pid namespace, hidden or has ended.
func Parent(pid int) int { return parent(pid) }
