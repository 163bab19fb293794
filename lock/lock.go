// Package lock keeps those who use a directory and those who change it out of each other's way: many may
// use it at a time, and who changes it is alone.
//
// The lock is flock(2) on the directory itself, opened for reading: the same inode however it is reached,
// nothing to create or to leave behind, open to everybody who can read the directory, and gone with its
// holder. Where a directory cannot be locked it is a file in it (network file systems) or beside it (Windows). A waiting
// change lets no new use in. Below a holder, which waits for its child, nothing waits.
//
// It keeps nobody out who does not ask, prints nothing and reads no environment.
package lock

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"time"
)

// A Mode is what a lock is taken for.
type Mode int

const (
	Shared    Mode = iota // beside other shared locks
	Exclusive             // alone
)

func (m Mode) String() string {
	if m == Exclusive {
		return "exclusive"
	}
	return "shared"
}

// Who waits tries again after a pause, the first of which is short: most locks are held for the time of a
// rename. The longest is what a free lock may stay unused.
const (
	shortest = time.Millisecond
	longest  = 100 * time.Millisecond
)

// A BusyError says that the lock was not to be had in time.
type BusyError struct {
	Dir      string
	Mode     Mode
	Blockers []Process // who stands in the way; none where the system does not tell
	Deadlock bool      // they wait for an ancestor of this process, and would for ever
}

func (e *BusyError) Error() string {
	return "cannot take the " + e.Mode.String() + " lock on " + e.Dir + ": others hold it"
}

// A RefusedError says why the system locks neither the directory nor a file in it.
type RefusedError struct {
	Dir string
	Err error
}

func (e *RefusedError) Error() string { return "cannot lock files in " + e.Dir + ": " + e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// Acquire waits until it has the lock on dir, and returns what gives it back. A directory that is missing is made, 0777
// before the umask, as the go command makes its caches. Who waits for longer than a second is told for whom: then, after
// ten seconds, and each minute. Below ancestors that hold the lock it waits for others alone.
//
// The error is a *BusyError when patience is over, a *RefusedError where there are no locks, else what the system says of the directory.
func Acquire(dir string, mode Mode, patience time.Duration, tell func(blockers []Process)) (release func(), err error) {
	w := waiter{dir: dir, mode: mode}
	began := time.Now()
	since := reminder{since: began}
	for pause := shortest; ; pause = min(pause*3/2, longest) {
		release, err := w.try()
		if !errors.Is(err, errBusy) {
			w.mark.remove()
			return release, err
		}
		w.look()
		if w.inherited() {
			return w.mark.remove, nil // until then no use comes in beside a change
		}
		if since.due() {
			tell(w.named())
		}
		deadlock := w.deadlock()
		left := patience - time.Since(began)
		if deadlock || left <= 0 {
			defer w.mark.remove()
			return w.last(deadlock)
		}
		time.Sleep(min(pause/2+rand.N(pause), left)) // no two in step
	}
}

// TryAlone takes the lock on dir, an existing directory, to change it, if nobody holds it, and reports whether it was free. It does not
// wait, and an ancestor is somebody.
func TryAlone(dir string) (release func(), free bool) {
	w := waiter{dir: dir, mode: Exclusive}
	release, err := w.try()
	return release, err == nil
}

// errBusy is the answer of a lock that is held, or wanted for a change.
var errBusy = errors.New("is held")

// A waiter is one Acquire.
type waiter struct {
	dir  string
	mode Mode
	file bool  // the directory itself cannot be locked
	mark *mark // once it waits

	// What the last look showed; nothing where the system does not tell.
	entries  []entry // of others
	nested   bool    // an ancestor holds the lock
	alone    bool    // it holds it alone
	blockers []entry // others who stand in the way
	awaited  []entry // changes that a use waits for to begin
}

// moments are how often a directory may be gone, or back, between two looks at it before that is taken for its state: whoever
// cleans with plain go removes it and makes it again.
const moments = 100

// try takes the lock if it is free and, for a use, nobody waits for a change.
func (w *waiter) try() (release func(), err error) {
	for range moments {
		release, err = w.tryNow()
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return release, err
}

// tryNow is try with the directory as it is. A lock on something that the path does not name any more, because a clean has set
// it aside, is worth nothing.
func (w *waiter) tryNow() (release func(), err error) {
	for {
		if w.mode == Shared && !w.nested && changeAwaited(w.dir) {
			return nil, errBusy
		}
		l, err := open(w.dir, w.file)
		if err != nil {
			return nil, err
		}
		ok, err := l.try(w.mode)
		switch {
		case err != nil && !w.file && noDirectoryLocks(err):
			w.file = true // and only then: who locks the file does not see who locks the directory
		case err != nil:
			return nil, &RefusedError{w.dir, err}
		case !ok:
			return nil, errBusy
		case l.current():
			return l.release, nil
		default:
			l.release()
		}
	}
}

// look finds out who stands in the way, and lets others see that this waits.
func (w *waiter) look() {
	w.mark.remove()
	w.mark = newMark(w.dir, w.mode) // anew: the path may name another directory by now
	w.entries = w.mark.others(w.dir, w.file)
	w.nested, w.alone, w.blockers, w.awaited = false, false, nil, nil
	above := ancestors(os.Getpid())
	for _, e := range w.entries {
		switch {
		case e.waits && e.mode == Exclusive:
			w.awaited = append(w.awaited, e)
		case e.waits:
		case above[e.pid]:
			w.nested = true
			w.alone = w.alone || e.mode == Exclusive
		case w.mode == Exclusive || e.mode == Exclusive:
			w.blockers = append(w.blockers, e)
		}
	}
}

// inherited reports whether the lock is as good as held: ancestors hold it, who end after this process, and nobody
// else is in the way. For a use beside their use the next try will do.
func (w *waiter) inherited() bool {
	return w.nested && len(w.blockers) == 0 && (w.mode == Exclusive || w.alone)
}

// deadlock reports whether those in the way wait for an ancestor of this process: below two uses, two want to change. The
// one with the lower pid gives up.
func (w *waiter) deadlock() bool {
	if !w.nested || len(w.blockers) == 0 {
		return false
	}
	waiting := make(map[int]bool)
	for _, e := range w.entries {
		if e.waits && e.mode == Exclusive {
			for pid := range ancestors(e.pid) {
				waiting[pid] = waiting[pid] || os.Getpid() < e.pid
			}
		}
	}
	return !slices.ContainsFunc(w.blockers, func(e entry) bool { return !waiting[e.pid] })
}

// named are those for whom this waits.
func (w *waiter) named() []Process {
	if len(w.blockers) == 0 && w.mode == Shared {
		return describe(w.awaited)
	}
	return describe(w.blockers)
}

// last is what is left when the time is over: a use minds a waiting change no longer.
func (w *waiter) last(deadlock bool) (release func(), err error) {
	busy := &BusyError{w.dir, w.mode, w.named(), deadlock}
	w.nested = true
	release, err = w.try()
	if errors.Is(err, errBusy) {
		return nil, busy
	}
	return release, err
}
