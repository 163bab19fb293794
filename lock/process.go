package lock

import (
	"slices"
	"strings"
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

// commandLength is how much of a command line tells a process from others.
const commandLength = 60

// cutCommand makes one line of an argument vector as the kernel shows it, without the path of the program.
func cutCommand(argv string) string {
	args := strings.Split(strings.TrimRight(argv, "\x00"), "\x00")
	args[0] = args[0][strings.LastIndexByte(args[0], '/')+1:]
	s := strings.Join(args, " ")
	if r := []rune(s); len(r) > commandLength {
		return string(r[:commandLength-1]) + "…"
	}
	return s
}

// Processes are those that hold dir's lock or wait for it, as far as the system tells: Linux names those of this pid
// namespace, other systems nobody.
func Processes(dir string) []Process {
	m := newMark(dir, Use)
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
