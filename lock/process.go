package lock

import (
	"slices"
	"time"
)

// A Process holds a lock or waits for one.
type Process struct {
	PID     int
	Mode    Mode
	Waits   bool
	UID     int       // of its user; -1 where that is hidden
	Command string    // the command line, cut; "" where it is hidden
	Since   time.Time // when it was started; zero where that is hidden
}

// Processes are those that hold dir's lock or wait for it, as far as the system tells: Linux names those of this pid
// namespace, other systems nobody.
func Processes(dir string) []Process {
	l, ok := openThere(dir)
	if !ok {
		return nil
	}
	defer l.release()
	l.mark(Shared) // by which the system names the device
	return describe(l.others())
}

// Held reports whether somebody holds dir's lock, whether or not he can be seen, by trying to take it. It does
// not wait, except for a file server (Remote), for which it may wait for ever.
func Held(dir string) bool {
	l, ok := openThere(dir)
	if !ok {
		return false
	}
	defer l.release()
	ok, err := l.try(Exclusive)
	if err != nil {
		ok, err = l.try(Shared) // a file on NFS that is not ours to write to
	}
	return !ok && err == nil
}

// openThere opens what is locked for dir, if that is there: nothing is made.
func openThere(dir string) (*lockFile, bool) {
	if !isThere(dir) {
		return nil, false
	}
	l, err := openFor(false, dir, false)
	return l, err == nil
}

// An entry is what the system says of one process and the lock.
type entry struct {
	pid   int
	mode  Mode
	waits bool
}

// describe says more of each. Who has ended meanwhile is left out.
func describe(entries []entry) []Process {
	var ps []Process
	for _, e := range entries {
		if p, ok := process(e); ok && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	return ps
}
