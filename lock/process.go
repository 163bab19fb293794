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
	m := newMark(dir, Shared)
	defer m.remove()
	return describe(m.others(dir, false))
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
