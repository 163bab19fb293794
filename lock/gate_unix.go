//go:build unix

package lock

import "golang.org/x/sys/unix"

// A process that waits sets a mark on the directory. A mark is a read lock of fcntl(2) on one byte. It excludes
// nobody, needs no file, is in /proc/locks with the process's pid, and ends with the process. Byte 0 is for those who
// wait for the shared lock, the others are moments.

// mark sets the mark, unless it is set. If that fails, nobody sees it.
func (l *lockFile) mark(mode Mode) {
	if l.marked {
		return
	}
	var at int64
	if mode == Exclusive {
		at = l.gateMoment()
	}
	l.marked = l.setMark(at)
}

// setMark sets the mark at a byte.
func (l *lockFile) setMark(at int64) (ok bool) {
	lk := unix.Flock_t{Type: unix.F_RDLCK, Start: at, Len: 1}
	return unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &lk) == nil
}

// unmark removes the mark.
func (l *lockFile) unmark() {
	if l.marked {
		unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &unix.Flock_t{Type: unix.F_UNLCK})
		l.marked = false
	}
}

// markAmong looks for a mark of another process among length bytes, and returns its first byte among these. If the
// system does not answer, there is none.
func (l *lockFile) markAmong(begin, length int64) (at int64, ok bool) {
	q := unix.Flock_t{Type: unix.F_WRLCK, Start: begin, Len: length}
	if unix.FcntlFlock(uintptr(l.dirFD), unix.F_GETLK, &q) != nil || q.Type == unix.F_UNLCK {
		return 0, false
	}
	return max(begin, q.Start), true
}
