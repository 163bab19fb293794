package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// A want is a lock that a command needs.
type want struct {
	name string // the variable that names the directory, for messages
	dir  string
	mode lock.Mode
}

// wants are the locks of a command, always in this order, so that no two commands wait for each other. Where a
// program goes on after the build nobody sees when that ends: go run holds nothing.
func (c *command) wants() []want {
	if c.noLocks {
		return nil
	}
	uses := c.class.Writes & (shim.ModCache | shim.BuildCache)
	// What itself writes nothing, as go version and go help, may have to download a toolchain
	// (cmd/go/internal/toolchain.Select).
	if uses == 0 && c.class.Writes == 0 && c.switches() {
		uses = shim.ModCache
	}
	if c.class.Outlives {
		uses = 0
	}
	var list []want
	for _, w := range []want{
		{"GOMODCACHE", c.plan.Value("GOMODCACHE"), lock.Shared},
		{"GOCACHE", c.plan.Value("GOCACHE"), lock.Shared},
	} {
		place := placeOf[w.name]
		switch {
		case !filepath.IsAbs(w.dir):
			continue // off, or something that the go command will refuse
		case c.class.Clears&place != 0:
			w.mode = lock.Exclusive
		case uses&place == 0:
			continue
		}
		list = append(list, w)
	}
	if c.class.Writes == shim.EnvFile && filepath.IsAbs(c.settings.EnvFile) {
		list = append(list, want{"GOENV", filepath.Dir(c.settings.EnvFile), lock.Exclusive})
	}
	return list
}

// placeOf is what a variable names the directory of.
var placeOf = map[string]shim.Places{"GOMODCACHE": shim.ModCache, "GOCACHE": shim.BuildCache}

func isDir(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.IsDir()
}

// lockAll takes the locks and returns what gives them back. Where one is not to be had, the command goes on as
// plain go would, and that is said; or fails, where the user said so.
//
// A clean may wait for minutes. It holds nothing meanwhile, or builds that need only the other cache would wait
// as long.
func (c *command) lockAll(list []want) (release func(), err error) {
	var held []func()
	release = func() {
		for _, r := range slices.Backward(held) { // who waits for the first lock finds the others free
			r()
		}
		held = nil
	}
	list = slices.Clone(list)
	for i := 0; i < len(list); {
		p := c.patient()
		holds := c.class.Clears != 0 && len(held) > 0 && p.Left() > 0
		if holds {
			p = &lock.Patience{}
		}
		r, err := c.acquire(list[i], p)
		if holds && isBusy(err) {
			release()
			list[0], list[i] = list[i], list[0]
			i = 0
			continue
		}
		if err = c.without(list[i], err); err != nil {
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

// take takes one lock and returns what gives it back; nil where the command goes on without it.
func (c *command) take(w want) (release func(), err error) {
	release, err = c.acquire(w, c.patient())
	return release, c.without(w, err)
}

// without says that the command goes on without a lock that was not to be had, or returns why it does not. It
// does nothing where it was to be had.
func (c *command) without(w want, err error) error {
	advice := self + " safe locks"
	var refused *lock.RefusedError
	if errors.As(err, &refused) && refused.File != "" {
		advice = "sudo rm -r " + envfix.Quote(refused.File)
	}
	switch {
	case err == nil:
		return nil
	case c.needLocks:
		return fmt.Errorf("%s; GOSAFE_LOCK=required forbids to go on without the lock; type: %s", c.trouble(w, err), advice)
	case !cannotBeUsed(err):
		c.say.line("warning: %s; going on without the lock, as plain go would; type: %s", c.trouble(w, err), advice)
	}
	return nil
}

func isBusy(err error) bool {
	var busy *lock.BusyError
	return errors.As(err, &busy)
}

// cannotBeUsed reports whether the directory itself is the matter, which the go command will say.
func cannotBeUsed(err error) bool {
	var refused *lock.RefusedError
	return !isBusy(err) && !errors.As(err, &refused)
}

// How long a command waits for locks, unless GOSAFE_LOCK_TIMEOUT says it: for anybody, and a clean for builds.
// A go test that runs its tests is not one: it may itself wait for a program that cleans, and has a limit of
// ten minutes.
const (
	waitForAnybody = 10 * time.Second
	waitForBuilds  = 2 * time.Minute
)

// patient is how long the command waits for all its locks.
func (c *command) patient() *lock.Patience {
	if c.patience == nil {
		c.patience = &lock.Patience{Anybody: waitForAnybody, Writes: rights.MayWrite}
		if c.lockTimeout >= 0 {
			c.patience.Anybody = c.lockTimeout
		} else if c.class.Clears != 0 {
			c.patience.Builds = waitForBuilds
		}
	}
	return c.patience
}

// acquire waits for a lock, and says for whom. A free one is taken when no patience is left too. What it has to make for
// the lock goes with it if it is empty.
//
// Also a clean, and a build that needs no modules, locks a missing cache: another command may be about to make it. Where
// it cannot be made there is nothing to lock, no error and nothing to release: the go command cannot make it either.
func (c *command) acquire(w want, p *lock.Patience) (release func(), err error) {
	removeEmpty := makeDir(w.dir)
	unlock, err := lock.Acquire(w.dir, w.mode, p, func(blockers []lock.Process) {
		how := "held by"
		if len(blockers) > 0 && blockers[0].Waits { // then all of them do, and no new shared lock comes in before
			how = "wanted alone by"
		}
		c.say.line("waiting for %s %s, %s %s; Ctrl-C ends this command", w.name, w.dir, how, processes(blockers))
	})
	if err != nil {
		removeEmpty()
		if cannotBeUsed(err) && !isDir(w.dir) {
			return nil, nil
		}
		return nil, err
	}
	return func() { unlock(); removeEmpty() }, nil
}

// trouble says why a lock was not to be had.
func (c *command) trouble(w want, err error) string {
	var busy *lock.BusyError
	switch {
	case !errors.As(err, &busy):
		return w.name + ": " + err.Error()
	case busy.Deadlock:
		return fmt.Sprintf("%s: %s is held by %s, which waits for us", w.name, w.dir, processes(busy.Blockers))
	case busy.Waited <= 0:
		return fmt.Sprintf("%s: %s is held by %s", w.name, w.dir, processes(busy.Blockers))
	}
	return fmt.Sprintf("%s: %s was held for %s by %s", w.name, w.dir, busy.Waited.Round(time.Millisecond), processes(busy.Blockers))
}

// processes names who holds a lock, as far as that is known.
func processes(ps []lock.Process) string {
	if len(ps) == 0 {
		return "another process that cannot be seen from here"
	}
	var names []string
	for i, p := range ps {
		if i == 4 {
			names = append(names, fmt.Sprintf("%d others", len(ps)-i))
			break
		}
		names = append(names, process(p))
	}
	return strings.Join(names, ", ")
}

// process is one of them: pid 4711 (alice, go test ./..., for 12s).
func process(p lock.Process) string {
	about := []string{}
	if p.UID >= 0 {
		about = append(about, envfix.UserName(p.UID))
	}
	if p.Command != "" {
		about = append(about, p.Command)
	}
	if !p.Since.IsZero() {
		about = append(about, "for "+age(p.Since))
	}
	if len(about) == 0 {
		return fmt.Sprintf("pid %d", p.PID)
	}
	return fmt.Sprintf("pid %d (%s)", p.PID, strings.Join(about, ", "))
}

// age is how long ago something was, in whole seconds.
func age(t time.Time) string {
	return max(0, time.Since(t)).Truncate(time.Second).String()
}

// watch says while the go command runs when it waits for a lock file of its own.
func watch(say printer) (stop func()) {
	return lock.Watch(func(path string, blockers []lock.Process) {
		say.line("the go command waits for %s, held by %s", path, processes(blockers))
	})
}
