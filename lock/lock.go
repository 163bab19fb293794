// Package lock keeps commands that use a directory and commands that change it out of each other's way: many may hold
// the shared lock at a time, and who holds the exclusive one is alone.
//
// The lock is flock(2) on the directory itself, opened for reading: the same inode however it is reached,
// nothing to create or to leave behind, open to everybody who can read the directory, and gone with its
// holder. Where a directory cannot be locked it is a file in it (network file systems) or beside it (Windows). Below a
// holder, which waits for its child, nothing waits.
//
// A process that waits for the exclusive lock sets a mark on the directory (fcntl(2)) whose place says at which
// moment of the minute it began to wait, and who begins to wait later sets its mark at the same place. In the
// ten seconds of each minute that begin there, no new shared lock is taken.
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
	Waited   time.Duration
	Blockers []Process // who stands in the way; none where the system does not tell
	Deadlock bool      // they wait for an ancestor of this process, and would for ever
}

func (e *BusyError) Error() string {
	return "cannot take the " + e.Mode.String() + " lock on " + e.Dir + ": others hold it"
}

// A RefusedError says why the system locks neither the directory nor a file in it.
type RefusedError struct {
	Dir  string
	File string // what stands for the directory and cannot be used; "" where that is not the reason
	Err  error
}

func (e *RefusedError) Error() string {
	if e.File != "" {
		return e.Err.Error()
	}
	return "cannot lock files in " + e.Dir + ": " + e.Err.Error()
}
func (e *RefusedError) Unwrap() error { return e.Err }

// Patience is how long a command waits for its locks, all together. It is used by one Acquire at a time.
type Patience struct {
	// Anybody is the time for any holder.
	Anybody time.Duration

	// Builds, if longer, is the time for a go-safe below which a compiler or a linker runs: Anybody is then
	// counted from the last moment that one did.
	Builds time.Duration

	// Writes reports whether a user may write to dir. The builds of others are anybody's: whoever may only read dir
	// does not keep those who may write to it. It must be set if Builds is.
	Writes func(dir string, uid int, groups []int) bool

	waited time.Duration // so far
	idle   time.Duration // of that, since the last compiler
}

// Left is what remains of it, unless more compilers are seen.
func (p *Patience) Left() time.Duration {
	return min(max(p.Anybody, p.Builds)-p.waited, p.Anybody-p.idle)
}

// spend takes from it the time that was just waited.
func (p *Patience) spend(d time.Duration, compiles bool) {
	p.waited += d
	p.idle += d
	if compiles {
		p.idle = 0
	}
}

// Acquire waits until it has the lock on dir, and returns what gives it back. A directory that is missing is
// made, 0777 before the umask, as the go command makes its caches. Who waits for longer than a second is told
// for whom: then, after ten seconds, and each minute. Below ancestors that hold the lock it waits for others
// alone.
//
// The error is a *BusyError when patience is over, a *RefusedError where there are no locks, else what the
// system says of the directory.
func Acquire(dir string, mode Mode, patience *Patience, tell func(blockers []Process)) (release func(), err error) {
	w := waiter{dir: dir, mode: mode, patience: patience}
	defer w.leave()
	began := time.Now()
	w.sampled = began
	last, since := began, reminder{since: began}
	for pause := shortest; ; pause = min(pause*3/2, longest) {
		release, err := w.try()
		if !errors.Is(err, errBusy) {
			return release, err
		}
		w.look()
		if w.inherited() {
			return w.keep(), nil // with the mark: beside this no new shared lock comes in while the gate is closed
		}
		now := time.Now()
		patience.spend(now.Sub(last), w.compiles())
		last = now
		deadlock, left := w.deadlock(), patience.Left()
		if deadlock || left <= 0 {
			return w.last(deadlock, now.Sub(began)+min(left, 0))
		}
		if since.due() {
			tell(w.named())
		}
		time.Sleep(min(pause/2+rand.N(pause), left)) // no two in step
	}
}

// TryAlone takes the exclusive lock on dir, an existing directory, if nobody holds it, and reports whether it
// was free. It does not wait, and an ancestor is somebody. One that is missing is not made: by then the path may lead
// elsewhere.
func TryAlone(dir string) (release func(), free bool) {
	w := waiter{dir: dir, mode: Exclusive, exists: true}
	defer w.leave()
	release, err := w.try()
	return release, err == nil
}

// errBusy is the answer of a lock that is held, or of a gate that is closed.
var errBusy = errors.New("is held")

// A waiter is one Acquire.
type waiter struct {
	dir      string
	mode     Mode
	exists   bool // the directory: one that is missing is not made
	patience *Patience
	file     bool      // the directory itself cannot be locked
	lock     *lockFile // what is tried; nil where nothing is open

	// What the last look showed; nothing where the system does not tell.
	entries  []entry // of others
	nested   bool    // an ancestor holds the lock
	alone    bool    // it holds it alone
	blockers []entry // others who stand in the way
	awaited  []entry // who waits for the exclusive lock, and keeps the gate closed

	sampled   time.Time // when compilers were last looked for
	compiling bool      // what was found then
}

// moments are how often a directory may be gone, or back, between two looks at it before that is taken for its
// state: whoever cleans with plain go removes it and makes it again.
const moments = 100

// try takes the lock if it is free and, for a shared one, the gate is open.
func (w *waiter) try() (release func(), err error) {
	for range moments {
		release, err = w.tryNow()
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return release, err
}

// tryNow is try with the directory as it is. A lock on something that the path does not name any more, because
// a clean has set it aside, is worth nothing. What was opened stays open, and with it the mark, which any other
// descriptor would take along when it is closed (fcntl(2)).
func (w *waiter) tryNow() (release func(), err error) {
	for {
		if w.lock == nil {
			if w.lock, err = openFor(!w.exists, w.dir, w.file); err != nil {
				return nil, err
			}
		}
		busy := w.mode == Shared && !w.nested && w.lock.gateIsClosed()
		ok := false
		if !busy {
			ok, err = w.lock.try(w.mode)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			w.leave()
			return nil, err
		case err != nil && !w.file && noDirectoryLocks(err):
			w.file = true // and only then: who locks the file does not see who locks the directory
		case err != nil:
			return nil, &RefusedError{Dir: w.dir, Err: err}
		case !w.lock.current():
		case !ok:
			return nil, errBusy
		default:
			w.lock.unmark()
			return w.keep(), nil
		}
		w.leave()
	}
}

// keep leaves what is open to the caller, who is to close it.
func (w *waiter) keep() (release func()) {
	held := w.lock
	w.lock = nil
	return held.release
}

// leave closes what is open, and takes the mark away with it.
func (w *waiter) leave() {
	if w.lock != nil {
		w.lock.release()
		w.lock = nil
	}
}

// look lets others see that this waits, and finds out who stands in the way.
func (w *waiter) look() {
	w.lock.mark(w.mode)
	w.entries = w.lock.others()
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
// else is in the way. For a shared lock beside their shared lock the next try will do.
func (w *waiter) inherited() bool {
	return w.nested && len(w.blockers) == 0 && (w.mode == Exclusive || w.alone)
}

// compiles reports whether patience is longer now: a compiler or a linker runs below a go-safe that is in the
// way, of a user who may write to the directory. All processes have to be looked at for that, so an answer is
// good for a while.
func (w *waiter) compiles() bool {
	p := w.patience
	if w.mode == Exclusive && p.Builds > p.Anybody && time.Since(w.sampled) >= interval {
		w.sampled = time.Now()
		w.compiling = compiling(w.blockers, func(uid int, groups []int) bool { return p.Writes(w.dir, uid, groups) })
	}
	return w.compiling
}

// deadlock reports whether those in the way wait for an ancestor of this process: below two shared locks, two
// want the exclusive one. The one with the lower pid gives up.
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

// last is what is left when the time is over: a shared lock minds the gate no longer.
func (w *waiter) last(deadlock bool, waited time.Duration) (release func(), err error) {
	busy := &BusyError{w.dir, w.mode, waited, w.named(), deadlock}
	w.nested = true
	release, err = w.try()
	if errors.Is(err, errBusy) {
		return nil, busy
	}
	return release, err
}
