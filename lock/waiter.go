package lock

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// A waiter is one call of Acquire or TryExclusive.
type waiter struct {
	dir      string
	mode     Mode
	create   bool // make the directory if it is missing
	patience *Patience

	standIn bool      // lock a file, because the system does not lock the directory
	lock    *lockFile // nil while nothing is open

	ignoreGate bool // the time is over

	// What observe saw; empty where the system does not tell.
	ancestorHolds     bool    // an ancestor of this process holds the lock
	ancestorExclusive bool    // and holds the exclusive one
	blockers          []entry // others whose locks are in the way
	gateClosers       []entry // those who wait for the exclusive lock

	sampled  time.Time // when seesBuild last looked
	sawBuild bool      // what it saw then
}

// maxMissing is how often in a row the directory may be missing, or be there again, before that counts. A clean of
// plain go removes the directory, and a build makes it again.
const maxMissing = 100

// try takes the lock if it is free, and if the gate is open for a shared lock. The error is errBusy if not.
func (w *waiter) try() (release func(), err error) {
	for range maxMissing {
		release, err = w.tryOnce()
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return release, err
}

// tryOnce is try for the directory that the path names now. A lock on a directory that has lost its name, because a
// clean has set it aside, is worth nothing: then tryOnce goes on with the new one.
//
// What was opened stays open until the next try. Closing any descriptor of the directory would remove the mark of
// this process (fcntl(2)).
func (w *waiter) tryOnce() (release func(), err error) {
	for {
		if w.lock == nil {
			if w.lock, err = openLockFile(w.dir, w.create, w.standIn); err != nil {
				return nil, err
			}
		}
		busy := w.mode == Shared && !w.ancestorHolds && !w.ignoreGate && w.lock.gateIsClosed(time.Now())
		ok := false
		if !busy {
			ok, err = w.lock.try(w.mode)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			w.close()
			return nil, err
		case err != nil && !w.standIn && noDirectoryLocks(err):
			w.standIn = true // only for this reason: who locks the directory does not see who locks a file
		case err != nil:
			return nil, &RefusedError{Dir: w.dir, Err: err}
		case !w.lock.isCurrent():
		case !ok:
			return nil, errBusy
		default:
			w.lock.unmark()
			return w.handOver(), nil
		}
		w.close()
	}
}

// handOver gives what is open to the caller, who closes it by release.
func (w *waiter) handOver() (release func()) {
	held := w.lock
	w.lock = nil
	return held.release
}

// close closes what is open. That removes the mark, too.
func (w *waiter) close() {
	if w.lock != nil {
		w.lock.release()
		w.lock = nil
	}
}

// observe marks this process as one that waits, and finds out who is in the way.
func (w *waiter) observe() {
	w.lock.mark(w.mode)
	w.ancestorHolds, w.ancestorExclusive, w.blockers, w.gateClosers = false, false, nil, nil
	above := proc.Ancestors(os.Getpid())
	for _, e := range w.lock.entries() {
		switch {
		case e.waits && e.mode == Exclusive:
			w.gateClosers = append(w.gateClosers, e)
		case e.waits:
		case slices.Contains(above, e.pid):
			w.ancestorHolds = true
			w.ancestorExclusive = w.ancestorExclusive || e.mode == Exclusive
		case w.mode == Exclusive || e.mode == Exclusive:
			w.blockers = append(w.blockers, e)
		}
	}
}

// inherits reports whether an ancestor's lock does for this process, and nobody else's lock is in the way. The
// ancestor outlives this process, so we go on without a lock of our own. A shared lock below a shared lock is none
// of these cases: the next try takes it.
func (w *waiter) inherits() bool {
	return w.ancestorHolds && len(w.blockers) == 0 && (w.mode == Exclusive || w.ancestorExclusive)
}

// seesBuild reports whether a tool of a build runs below a go-safe that is in the way, for a user who may write to
// the directory. The answer is good for a while, because many processes have to be looked at for it.
func (w *waiter) seesBuild() bool {
	p := w.patience
	if w.mode != Exclusive || p.Builds <= p.Anybody || time.Since(w.sampled) < pollInterval {
		return w.sawBuild
	}
	w.sampled = time.Now()
	w.sawBuild = slices.ContainsFunc(w.blockers, func(e entry) bool {
		if !isGoSafe(proc.Name(e.pid)) {
			return false
		}
		ids, err := proc.IDsOf(e.pid)
		return err == nil && p.MayWrite(w.dir, ids) && proc.Builds(e.pid)
	})
	return w.sawBuild
}

// isGoSafe reports whether a process of this name may be go-safe, under a name that others may have given it or the
// one that we have. The file that it runs would tell for certain, but the kernel hides that from other users.
func isGoSafe(name string) bool {
	name = strings.TrimSuffix(name, ".exe")
	return name == "go" || name == "go-safe" || name != "" && name == strings.TrimSuffix(proc.Name(os.Getpid()), ".exe")
}

// deadlock reports whether all who are in the way wait for an ancestor of this process. That happens when two
// processes hold the shared lock, and a child of each wants the exclusive one. The child with the lower pid gives
// up.
func (w *waiter) deadlock() bool {
	if !w.ancestorHolds || len(w.blockers) == 0 {
		return false
	}
	waiting := make(map[int]bool) // by pid: it has a child that waits, and is not the one to give up
	for _, e := range w.gateClosers {
		for _, pid := range proc.Ancestors(e.pid) {
			waiting[pid] = waiting[pid] || os.Getpid() < e.pid
		}
	}
	return !slices.ContainsFunc(w.blockers, func(e entry) bool { return !waiting[e.pid] })
}

// waitsFor returns the processes that this one waits for: those that hold the lock, else those that keep the gate
// closed.
func (w *waiter) waitsFor() []Process {
	if len(w.blockers) == 0 && w.mode == Shared {
		return describe(w.gateClosers)
	}
	return describe(w.blockers)
}

// lastTry tries once more when the time is over. A shared lock does not go by the gate any more then.
func (w *waiter) lastTry(deadlock bool, waited time.Duration) (release func(), err error) {
	busy := &BusyError{w.dir, w.mode, waited, w.waitsFor(), deadlock}
	w.ignoreGate = true
	release, err = w.try()
	if errors.Is(err, errBusy) {
		return nil, busy
	}
	return release, err
}
