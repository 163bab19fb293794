// Package cachelock takes the locks that a command needs, and tells the user which process it waits for. If it
// cannot get a lock, the command goes on as plain go would and the user is told; or it fails, if the user
// requires locks.
package cachelock

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/lock"
)

// A Lock is a lock that a command needs.
type Lock struct {
	Name string // the variable that names the directory, for messages
	Dir  string
	Mode lock.Mode
}

// LoadDir returns the directory that a command locks while it adds to a module cache whose new entries need a
// repair.
func LoadDir(modcache string) string { return filepath.Join(modcache, "cache") }

// How long a command waits for all its locks together, if GOSAFE_LOCK_TIMEOUT is not set: for any holder, and a
// clean for builds. A go test that runs its tests is no build: a test may itself wait for a program that cleans,
// and may take ten minutes.
const (
	waitForAnybody = 10 * time.Second
	waitForBuilds  = 2 * time.Minute
)

// A Locker takes the locks of one command.
type Locker struct {
	off, required bool
	cleans        bool
	patience      lock.Patience // for all locks together
	say           say.Printer
	waits         []Wait
}

// A Wait is a wait for a lock that was long enough to be noticed.
type Wait struct {
	Name     string // of the lock
	Took     time.Duration
	Blockers []lock.Process // for whom, as far as the system told
	Failed   bool           // the lock was not to be had
}

// noticed is the shortest wait that Waits tells of.
const noticed = 10 * time.Millisecond

// Waits returns what the command has waited for.
func (l *Locker) Waits() []Wait { return l.waits }

// New returns the locker of a command. Cleans says that the command removes a cache; it then waits longer for
// builds.
func New(cfg config.Config, cleans bool, p say.Printer) *Locker {
	l := &Locker{off: cfg.NoLocks, required: cfg.RequireLocks, cleans: cleans, say: p}
	l.patience = lock.Patience{Anybody: waitForAnybody, MayWrite: rights.MayWrite}
	if cfg.LockTimeout >= 0 {
		l.patience.Anybody = cfg.LockTimeout
	} else if cleans {
		l.patience.Builds = waitForBuilds
	}
	return l
}

// Waited reports whether the command had to wait for a lock, so that what it saw before may not be true any more.
func (l *Locker) Waited() bool { return l.patience.Waited() }

// AcquireAll takes the locks in their order, and returns a function that releases them.
//
// A clean may wait for minutes, and must not hold a lock meanwhile: builds that need only the other cache would wait
// as long. If the second lock is busy, it releases the first, waits for the second, and then tries the first again.
func (l *Locker) AcquireAll(list []Lock) (release func(), err error) {
	var held []func()
	release = func() {
		for _, r := range slices.Backward(held) { // the first lock last: whoever waits for it finds the others free
			r()
		}
		held = nil
	}
	list = slices.Clone(list)
	for i := 0; i < len(list); {
		p := &l.patience
		mayNotWait := l.cleans && len(held) > 0 && p.Left() > 0
		if mayNotWait {
			p = &lock.Patience{}
		}
		r, err := l.wait(list[i], p)
		if mayNotWait && isBusy(err) {
			release()
			list[0], list[i] = list[i], list[0]
			i = 0
			continue
		}
		if err = l.goOnWithout(list[i], err); err != nil {
			release()
			return nil, err
		}
		if r == nil {
			list = slices.Delete(list, i, i+1)
			continue
		}
		held = append(held, r)
		i++
	}
	return release, nil
}

// Acquire takes one lock and returns a function that releases it; nil if the command goes on without the lock.
func (l *Locker) Acquire(w Lock) (release func(), err error) {
	release, err = l.wait(w, &l.patience)
	return release, l.goOnWithout(w, err)
}

// AcquireOrFail takes one lock. The error says why it failed. Release is nil without an error if the system
// gives no locks and the user does not require them, or if the user wants none.
func (l *Locker) AcquireOrFail(w Lock) (release func(), err error) {
	release, err = l.wait(w, &l.patience)
	if err != nil && (isBusy(err) || l.required) {
		return nil, errors.New(failureText(w, err))
	}
	return release, nil
}

// WaitFor waits until a lock is free, or the command's time for waiting is over.
func (l *Locker) WaitFor(w Lock) {
	if release, _ := l.wait(w, &l.patience); release != nil {
		release()
	}
}

// TryExclusive takes the exclusive lock on a directory if nobody holds it, not even an ancestor process. It
// reports whether the lock was free. With GOSAFE_LOCK=off nothing counts as free.
func (l *Locker) TryExclusive(dir string) (release func(), free bool) {
	if l.off {
		return func() {}, false
	}
	if release, free = lock.TryExclusive(dir); !free {
		release = func() {}
	}
	return release, free
}

// wait waits for a lock, and tells the user for which process. If the time for waiting is over, it still takes
// a lock that is free. If it has to make the directory, release removes the directory again if it is still
// empty.
//
// It locks a missing cache, too, because another command may be about to make it. If the cache cannot be made,
// there is nothing to lock and no error: the go command cannot make it either. With GOSAFE_LOCK=off there is no lock
// and no error.
func (l *Locker) wait(w Lock, p *lock.Patience) (release func(), err error) {
	if l.off {
		return nil, nil
	}
	removeEmpty := makeDir(w.Dir)
	began, waitsFor := time.Now(), []lock.Process(nil)
	unlock, err := lock.Acquire(w.Dir, w.Mode, p, func(blockers []lock.Process) {
		waitsFor = blockers
		how := "held by"
		if len(blockers) > 0 && blockers[0].Waits { // all of them wait for the exclusive lock, and come first
			how = "wanted alone by"
		}
		l.say.Line("waiting for %s %s, %s %s; Ctrl-C ends this command", w.Name, w.Dir, how, Processes(blockers))
	})
	if took := time.Since(began); p.Waited() && took >= noticed {
		l.note(w, took, waitsFor, err)
	}
	if err != nil {
		removeEmpty()
		if isUnusable(err) && !fsinfo.IsDir(w.Dir) {
			return nil, nil
		}
		return nil, err
	}
	return func() { unlock(); removeEmpty() }, nil
}

// note remembers a wait.
func (l *Locker) note(w Lock, took time.Duration, blockers []lock.Process, err error) {
	var busy *lock.BusyError
	if errors.As(err, &busy) && busy.Blockers != nil {
		blockers = busy.Blockers
	}
	l.waits = append(l.waits, Wait{Name: w.Name, Took: took, Blockers: blockers, Failed: err != nil})
}

// goOnWithout tells the user that the command goes on without a lock that it could not get, or returns why the
// command must fail. It does nothing if err is nil.
func (l *Locker) goOnWithout(w Lock, err error) error {
	advice := shell.Self + " safe locks"
	var refused *lock.RefusedError
	if errors.As(err, &refused) && refused.File != "" {
		advice = "sudo rm -r " + shell.Quote(refused.File)
		if runtime.GOOS == "windows" {
			advice, _ = shell.RemoveTrees([]string{refused.File})
		}
	}
	switch {
	case err == nil:
		return nil
	case l.required:
		return fmt.Errorf("%s; GOSAFE_LOCK=required forbids to go on without the lock; run: %s",
			failureText(w, err), advice)
	case !isUnusable(err):
		l.say.Warn("%s; going on without the lock, as plain go would; run: %s", failureText(w, err), advice)
	}
	return nil
}

func isBusy(err error) bool {
	var busy *lock.BusyError
	return errors.As(err, &busy)
}

// isUnusable reports whether the directory itself is the reason. The go command will report that.
func isUnusable(err error) bool {
	var refused *lock.RefusedError
	return !isBusy(err) && !errors.As(err, &refused)
}

// failureText says why a lock was not taken.
func failureText(w Lock, err error) string {
	var busy *lock.BusyError
	switch {
	case !errors.As(err, &busy):
		return w.Name + ": " + err.Error()
	case busy.Deadlock:
		return fmt.Sprintf("%s: %s is held by %s, which waits for us", w.Name, w.Dir, Processes(busy.Blockers))
	case busy.Waited <= 0:
		return fmt.Sprintf("%s: %s is held by %s", w.Name, w.Dir, Processes(busy.Blockers))
	}
	return fmt.Sprintf("%s: %s was held for %s by %s", w.Name, w.Dir, busy.Waited.Round(time.Millisecond),
		Processes(busy.Blockers))
}
