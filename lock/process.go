package lock

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// A Process holds a lock or waits for one.
type Process struct {
	PID     int
	Mode    Mode
	Waits   bool
	UID     int       // its effective user; -1 where it is hidden
	Command string    // its command line, cut; "" where it is hidden
	Since   time.Time // when it was started; zero where it is hidden
}

// Processes returns the processes that hold dir's lock or wait for it, as far as that can be seen: on Linux those in
// this pid namespace, on Windows those of this machine, on other systems none.
func Processes(dir string) []Process {
	l, ok := openExisting(dir)
	if !ok {
		return nil
	}
	defer l.release()
	l.mark(Shared) // entries needs it
	return describe(l.entries())
}

// Held reports whether somebody holds dir's lock, also somebody who cannot be seen. It tries to take the lock and
// does not wait. But where Remote is true a server answers, and that may take for ever.
func Held(dir string) bool {
	l, ok := openExisting(dir)
	if !ok {
		return false
	}
	defer l.release()
	ok, err := l.try(Exclusive)
	if err != nil {
		ok, err = l.try(Shared) // a file on NFS to which this user may not write
	}
	return !ok && err == nil
}

// Unknown says why nobody can tell whether dir's lock is held, nil if it can be tried.
func Unknown(dir string) error {
	if !lockExists(dir) {
		return nil
	}
	l, err := openLockFile(dir, false, false)
	if err == nil {
		l.release()
	}
	return err
}

// openExisting opens what is locked for dir, if it exists.
func openExisting(dir string) (*lockFile, bool) {
	if !lockExists(dir) {
		return nil, false
	}
	l, err := openLockFile(dir, false, false)
	return l, err == nil
}

// An entry is what the system tells of a process and a lock.
type entry struct {
	pid   int
	mode  Mode
	waits bool
}

// describe adds what can be seen of each process, and leaves out those that have ended.
func describe(entries []entry) []Process {
	var ps []Process
	for i, e := range entries {
		if slices.Contains(entries[:i], e) { // it holds the lock several times
			continue
		}
		if p, ok := describeOne(e); ok {
			ps = append(ps, p)
		}
	}
	return ps
}

func describeOne(e entry) (p Process, ok bool) {
	ids, err := proc.IDsOf(e.pid)
	if errors.Is(err, fs.ErrNotExist) && proc.Ended(e.pid) {
		return p, false
	}
	return Process{
		PID: e.pid, Mode: e.mode, Waits: e.waits,
		UID: ids.UID, Command: cutCommand(proc.Args(e.pid)), Since: proc.Started(e.pid),
	}, true
}

// commandLength is how many characters of a command line are enough to know a process by.
const commandLength = 60

// cutCommand returns the beginning of a command line, without the path of the program.
func cutCommand(args []string) string {
	line := strings.Join(args, " ")
	if len(args) > 0 {
		line = line[strings.LastIndexByte(filepath.ToSlash(args[0]), '/')+1:]
	}
	if r := []rune(line); len(r) > commandLength {
		return string(r[:commandLength-1]) + "…"
	}
	return line
}
