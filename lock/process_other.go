//go:build !linux

package lock

func process(e entry) (Process, bool) {
	return Process{PID: e.pid, Mode: e.mode, Waits: e.waits, UID: -1}, true
}

func ancestors(int) map[int]bool { return nil }
