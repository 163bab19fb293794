//go:build !linux

package lock

func process(e entry) (Process, bool) {
	return Process{PID: e.pid, Mode: e.mode, Waits: e.waits, UID: -1}, true
}

// others are unknown: there is no /proc/locks.
func (*lockFile) others() []entry { return nil }

func compiling([]entry, func(uid int, groups []int) bool) bool { return false }

func ancestors(int) map[int]bool { return nil }
