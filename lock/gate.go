package lock

import "time"

// A process that waits for the exclusive lock sets a mark at a byte from firstMoment on. Each of these bytes stands for
// one millisecond of the minute, at which somebody began to wait. How a mark is set, and what else marks tell, differs:
// see gate_unix.go and marks_windows.go.
//
// A second lock as a turnstile would need its holder to open it after ten seconds. So a process that is stopped while
// it waits would keep builds out. On Unix it would need a second file for each directory, too.
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

// gateMoment returns the byte for the mark of a process that begins to wait: that of the first one who waits, else the
// one that stands for now.
func (l *lockFile) gateMoment() int64 {
	if first, ok := l.markAmong(firstMoment, gatePeriod.Milliseconds()); ok {
		return first
	}
	return momentOf(time.Now())
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
