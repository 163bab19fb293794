//go:build unix

package lock

import (
	"time"

	"golang.org/x/sys/unix"
)

// A process that waits sets a mark on the directory. A mark is a read lock of fcntl(2) on one byte. It excludes
// nobody, needs no file, is in /proc/locks with the process's pid, and ends with the process. The byte's number
// tells the rest: byte 0 is for those who wait for the shared lock. Each byte from firstMoment on stands for one
// millisecond of the minute, at which somebody began to wait for the exclusive lock.
//
// A second flock as a turnstile would need a second file for each directory. And since its holder would have to
// open it after ten seconds, a process that is stopped while it waits would keep builds out.
const firstMoment = 1

// The gate is closed for the first part of each period, counted from the moment at which the first process began to
// wait for the exclusive lock. Those who begin to wait later set their mark at the same moment, so there is one
// gate. So a directory that is always in use gets free once a minute, and a build waits for the gate no longer than
// gateClosed.
const (
	gatePeriod = time.Minute
	gateClosed = 10 * time.Second
)

// momentOf returns the byte that stands for a time.
func momentOf(t time.Time) int64 {
	return firstMoment + t.UnixMilli()%gatePeriod.Milliseconds()
}

// mark sets the mark, unless it is set. If that fails, nobody sees it.
func (l *lockFile) mark(mode Mode) {
	if l.marked {
		return
	}
	var at int64
	if mode == Exclusive {
		at = momentOf(time.Now())
		if first, ok := l.markAmong(firstMoment, gatePeriod.Milliseconds()); ok {
			at = first
		}
	}
	lk := unix.Flock_t{Type: unix.F_RDLCK, Start: at, Len: 1}
	l.marked = unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &lk) == nil
}

// unmark removes the mark.
func (l *lockFile) unmark() {
	if l.marked {
		unix.FcntlFlock(uintptr(l.dirFD), unix.F_SETLK, &unix.Flock_t{Type: unix.F_UNLCK})
		l.marked = false
	}
}

// gateIsClosed reports whether another process has a mark at a moment of the minute that passed less than gateClosed
// before a time.
func (l *lockFile) gateIsClosed(at time.Time) bool {
	now, length := momentOf(at), gateClosed.Milliseconds()
	begin := now - length + 1
	if begin >= firstMoment {
		_, closed := l.markAmong(begin, length)
		return closed
	}
	_, closed := l.markAmong(firstMoment, now-firstMoment+1)
	if !closed { // the end of the minute before
		_, closed = l.markAmong(begin+gatePeriod.Milliseconds(), firstMoment-begin)
	}
	return closed
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
