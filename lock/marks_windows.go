package lock

import (
	"os"
	"slices"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/windows"
)

// Windows does not tell who has locked a file. So who has the lock, and who waits for it, locks one more byte: a mark.
// Its number follows from the process and its start, so that everybody can try the bytes of the processes that run.
// Like the lock it ends with its holder, and there is nothing to write down. A process that waits for the exclusive
// lock also locks a moment (gate.go).

// markOf returns the byte of a process for a kind of mark. A mark of a process that has ended is that of no other: the
// start of the process is in it.
func markOf(p proc.Process, mode Mode, waits bool) int64 {
	kind := int64(1) + int64(mode)
	if waits {
		kind += 2
	}
	return kind<<60 | int64(uint32(p.PID)>>2&0xffffff)<<32 | int64(uint32(p.Created))
}

// ownMark returns the byte of this process, 0 if the system does not tell its start.
func ownMark(mode Mode, waits bool) int64 {
	var created, unused windows.Filetime
	if windows.GetProcessTimes(windows.CurrentProcess(), &created, &unused, &unused, &unused) != nil {
		return 0
	}
	start := int64(created.HighDateTime)<<32 | int64(created.LowDateTime)
	return markOf(proc.Process{PID: os.Getpid(), Created: start}, mode, waits)
}

// setMark locks the byte. While another process looks whether it is locked, that fails, and is tried again. Without a
// mark the lock is no worse, but nobody sees whose it is.
func (l *lockFile) setMark(at int64) {
	for range 100 {
		if at == 0 || slices.Contains(l.held, at) {
			return
		}
		switch ok, err := l.lockByte(at, Exclusive); {
		case ok:
			l.held = append(l.held, at)
		case err != nil:
			return
		default:
			time.Sleep(time.Millisecond)
		}
	}
}

// mark sets the marks of a process that waits. Two cannot lock the same moment: the second one tries it again at each
// look until the first one has ended. So it needs no moment of its own then.
func (l *lockFile) mark(mode Mode) {
	l.setMark(ownMark(mode, true))
	if mode == Shared || slices.Contains(l.held, l.moment) {
		return
	}
	if l.moment == 0 {
		l.moment = l.gateMoment()
	}
	if ok, _ := l.lockByte(l.moment, Exclusive); ok {
		l.held = append(l.held, l.moment)
	}
}

// unmark removes them.
func (l *lockFile) unmark() {
	for _, at := range []int64{ownMark(Shared, true), ownMark(Exclusive, true), l.moment} {
		if i := slices.Index(l.held, at); i >= 0 && at != 0 { // 0 is the lock itself, and no mark
			l.unlockByte(at)
			l.held = slices.Delete(l.held, i, i+1)
		}
	}
}

// markAmong looks for a moment that another process has locked, among length bytes, and returns the first one. It tries
// to lock them all, then a half of them, and so on: Windows does not tell which one is in the way. Those who look take
// shared locks, and do not disturb each other.
func (l *lockFile) markAmong(begin, length int64) (at int64, ok bool) {
	if l.isFree(begin, length) {
		return 0, false
	}
	for length > 1 {
		if half := length / 2; l.isFree(begin, half) {
			begin, length = begin+half, length-half
		} else {
			length = half
		}
	}
	return begin, true
}

// isFree reports whether nobody has locked one of length bytes for itself.
func (l *lockFile) isFree(begin, length int64) bool {
	ok, err := l.lockBytes(begin, length, Shared)
	if ok {
		l.unlockBytes(begin, length)
	}
	return ok || err != nil
}

// entries returns who has a mark, sorted by pid: who holds the lock, and which other processes wait for it.
func (l *lockFile) entries() (list []entry) {
	for _, p := range proc.Running() {
		for _, mode := range []Mode{Shared, Exclusive} {
			for _, waits := range []bool{false, true} {
				at := markOf(p, mode, waits)
				if p.PID == os.Getpid() && waits {
					continue
				}
				if ok, err := l.lockByte(at, Shared); ok {
					l.unlockByte(at)
				} else if err == nil {
					list = append(list, entry{p.PID, mode, waits})
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return a.pid - b.pid })
	return list
}
