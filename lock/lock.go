// Package lock keeps commands that use a directory and commands that change it out of each other's way. Many
// processes may hold the shared lock at a time; a process with the exclusive lock has it to itself. The lock keeps
// out only processes that ask for it. The package prints nothing and reads no environment.
//
// The lock is flock(2) on the directory itself, opened for reading. So it is the same lock by whatever path the
// directory is reached, there is nothing to create or to leave behind, whoever can read the directory can take it,
// and it ends with its holder. Where a directory cannot be locked, a file stands in for it, in it or beside it: on
// network file systems, and on Windows.
//
// A process does not wait for an ancestor that holds the lock, because the ancestor waits for its child.
//
// A process that waits for the exclusive lock closes a gate, so that builds which come one after the other do not
// keep a clean out for ever. While the gate is closed, nobody takes a new shared lock. It is closed for ten seconds
// in each minute, counted from the moment at which the first process began to wait.
package lock

import (
	"errors"
	"math/rand/v2"
	"time"
)

// A Mode is how a lock is taken.
type Mode int

const (
	Shared    Mode = iota // others may hold the shared lock at the same time
	Exclusive             // nobody else may hold the lock
)

func (m Mode) String() string {
	if m == Exclusive {
		return "exclusive"
	}
	return "shared"
}

// The pause between two tries grows from the first to the last of these. The first is short because most locks are
// held only while a file is renamed. The last bounds how long a free lock may stay unused.
const (
	minPause = time.Millisecond
	maxPause = 100 * time.Millisecond
)

// Acquire waits until it has the lock on dir, and returns the function that gives it back. If dir is missing, Acquire
// makes it with mode 0777 before the umask, as the go command makes its caches.
//
// Acquire calls tell with the processes it waits for: after a second, after ten, and then once a minute. If an
// ancestor of this process holds the lock, Acquire waits only for others, and may return a release that has nothing
// to give back.
//
// The error is a *BusyError if the patience is used up, a *RefusedError if the system gives no locks there, else what
// the system says of the directory.
func Acquire(dir string, mode Mode, patience *Patience, tell func(blockers []Process)) (release func(), err error) {
	w := waiter{dir: dir, mode: mode, create: true, patience: patience}
	defer w.close()
	began := time.Now()
	w.sampled = began
	last, r := began, reminder{since: began}
	for pause := minPause; ; pause = min(pause*3/2, maxPause) {
		release, err := w.try()
		if !errors.Is(err, errBusy) {
			return release, err
		}
		w.observe()
		if w.inherits() {
			return w.handOver(), nil // still open, so that its mark keeps the gate closed for others
		}
		now := time.Now()
		patience.spend(now.Sub(last), w.seesBuild())
		last = now
		deadlock, left := w.deadlock(), patience.Left()
		if deadlock || left <= 0 {
			return w.lastTry(deadlock, now.Sub(began)+min(left, 0))
		}
		if r.due() {
			tell(w.waitsFor())
		}
		time.Sleep(min(pause/2+rand.N(pause), left)) // random, so that no two processes try in step
	}
}

// TryExclusive takes the exclusive lock on an existing directory if it is free, and reports whether it was. It does
// not wait. It also fails if an ancestor of this process holds the lock. It does not make a missing directory: the
// path may lead elsewhere by then.
func TryExclusive(dir string) (release func(), free bool) {
	w := waiter{dir: dir, mode: Exclusive}
	defer w.close()
	release, err := w.try()
	return release, err == nil
}
