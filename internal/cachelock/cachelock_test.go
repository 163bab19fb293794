package cachelock

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/lock"
)

// forever is for locks that are free, or will be.
const forever = time.Hour

// All locks are held until they are released, and nothing is said. A cache that was made for its lock is removed
// again if it is still empty.
func TestAcquireAll(t *testing.T) {
	dir := t.TempDir()
	mod, build := filepath.Join(dir, "mod"), filepath.Join(dir, "a", "build")
	if err := os.Mkdir(mod, 0o755); err != nil {
		t.Fatal(err)
	}
	wanted := []Lock{{"GOMODCACHE", mod, lock.Shared}, {"GOCACHE", build, lock.Exclusive}}
	l, s := newLocker(config.Config{LockTimeout: forever}, false)
	release, err := l.AcquireAll(wanted)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wanted {
		if isFree(w.Dir) {
			t.Errorf("%s is free", w.Name)
		}
	}
	release()
	if !isFree(mod) || !isFree(build) {
		t.Error("a lock is not released")
	}
	list, err := os.ReadDir(dir)
	list = slices.DeleteFunc(list, func(e os.DirEntry) bool { // of Windows, under Wine
		return strings.HasSuffix(e.Name(), fsinfo.LockName)
	})
	if err != nil || len(list) != 1 {
		t.Errorf("left: %v, %v", list, err)
	}
	if s.text.Len() > 0 {
		t.Errorf("said: %s", &s.text)
	}
}

// A lock that others hold is a warning, or an error if the user requires locks. With GOSAFE_LOCK=off it is neither.
func TestBusy(t *testing.T) {
	dir := t.TempDir()
	free, busy := filepath.Join(dir, "free"), filepath.Join(dir, "busy")
	holder(t, busy, lock.Shared)
	list := []Lock{{"GOMODCACHE", free, lock.Shared}, {"GOCACHE", busy, lock.Exclusive}}
	self := say.Self(nowhere)
	const begin = "GOCACHE: $D is held by "
	for _, tt := range []struct {
		name              string
		cfg               config.Config
		begin, end        string // of the message
		fails, others     bool   // all fails; the other lock is held
		oneHeld, oneFails bool   // of AcquireOrFail
	}{
		{
			"goes on", config.Config{}, "go-safe: warning: " + begin,
			"; going on without the lock, as plain go would; run: " + self + " safe locks\n", false, true, false, true,
		},
		{
			"required", config.Config{RequireLocks: true}, begin,
			"; GOSAFE_LOCK=required forbids to go on without the lock; run: " + self + " safe locks", true, false, false, true,
		},
		{"off", config.Config{NoLocks: true}, "", "", false, false, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, s := newLocker(tt.cfg, false)
			release, err := l.AcquireAll(list)
			message := s.text.String()
			if err != nil {
				message += say.Runnable(err.Error(), nowhere)
			} else if isFree(free) == tt.others {
				t.Errorf("the other lock is held: %t", !tt.others)
			}
			begin := strings.ReplaceAll(tt.begin, "$D", busy)
			if (err != nil) != tt.fails || !strings.HasPrefix(message, begin) || !strings.HasSuffix(message, tt.end) {
				t.Errorf("%v, said: %q, want %q...%q", err, message, begin, tt.end)
			}
			if err == nil {
				release()
			}
			if !isFree(free) {
				t.Error("the other lock is not released")
			}
			one, err := l.AcquireOrFail(list[1])
			if (one != nil) != tt.oneHeld || (err != nil) != tt.oneFails {
				t.Errorf("AcquireOrFail: held %t, %v", one != nil, err)
			}
			if one, err := l.Acquire(list[1]); one != nil || (err != nil) != tt.fails {
				t.Errorf("Acquire: held %t, %v", one != nil, err)
			}
			if release, ok := l.TryExclusive(busy); ok {
				release()
				t.Error("TryExclusive: the lock is free")
			}
		})
	}
}

// One lock alone, while it is free.
func TestAcquireOne(t *testing.T) {
	w := Lock{"GOBIN", t.TempDir(), lock.Exclusive}
	for name, take := range map[string]func(*Locker) (func(), error){
		"Acquire":       func(l *Locker) (func(), error) { return l.Acquire(w) },
		"AcquireOrFail": func(l *Locker) (func(), error) { return l.AcquireOrFail(w) },
		"TryExclusive": func(l *Locker) (func(), error) {
			release, _ := l.TryExclusive(w.Dir)
			return release, nil
		},
	} {
		l, s := newLocker(config.Config{LockTimeout: forever, RequireLocks: true}, false)
		release, err := take(l)
		if err != nil || release == nil || isFree(w.Dir) {
			t.Fatalf("%s: held %t, %v", name, !isFree(w.Dir), err)
		}
		release()
		l.WaitFor(w)
		if !isFree(w.Dir) || s.text.Len() > 0 {
			t.Errorf("%s: released: %t, said: %s", name, isFree(w.Dir), &s.text)
		}
		off, _ := newLocker(config.Config{NoLocks: true}, false)
		if release, err := take(off); err != nil || !isFree(w.Dir) {
			t.Errorf("%s with GOSAFE_LOCK=off: %v", name, err)
		} else if release != nil {
			release()
		}
	}
}

// A directory that cannot be made has no lock. The go command reports that, and go-safe says nothing.
func TestUnusable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "cache")} {
		for _, required := range []bool{false, true} {
			l, s := newLocker(config.Config{RequireLocks: required}, false)
			release, err := l.AcquireAll([]Lock{{"GOCACHE", dir, lock.Shared}})
			if err != nil || s.text.Len() > 0 {
				t.Fatalf("%s: %v, said: %s", dir, err, &s.text)
			}
			release()
		}
	}
}

// How long a command waits: a user's own time is for all, and a clean waits longer for builds.
func TestPatience(t *testing.T) {
	for _, tt := range []struct {
		set             time.Duration
		cleans          bool
		anybody, builds time.Duration
	}{
		{-1, false, waitForAnybody, 0},
		{-1, true, waitForAnybody, waitForBuilds},
		{0, true, 0, 0},
		{time.Minute, false, time.Minute, 0},
		{time.Minute, true, time.Minute, 0},
	} {
		l, _ := newLocker(config.Config{LockTimeout: tt.set}, tt.cleans)
		if l.patience.Anybody != tt.anybody || l.patience.Builds != tt.builds || l.patience.MayWrite == nil {
			t.Errorf("%v, cleans %t: %+v", tt.set, tt.cleans, l.patience)
		}
	}
}

// What the user is told about a lock that was not taken.
func TestFailureText(t *testing.T) {
	w := Lock{"GOCACHE", "/c", lock.Exclusive}
	blockers := []lock.Process{{PID: 7, UID: -1}}
	remove := "sudo rm -r '/c.lock x'"
	if runtime.GOOS == "windows" {
		remove = "Remove-Item -Recurse -Force '/c.lock x'"
	}
	for _, tt := range []struct {
		err    error
		want   string
		silent bool // if locks are not required
		advice string
	}{
		{&lock.BusyError{Blockers: blockers}, "GOCACHE: /c is held by pid 7", false, " safe locks"},
		{
			&lock.BusyError{Blockers: blockers, Waited: 1500*time.Millisecond + 1},
			"GOCACHE: /c was held for 1.5s by pid 7", false, " safe locks",
		},
		{
			&lock.BusyError{Blockers: blockers, Deadlock: true},
			"GOCACHE: /c is held by pid 7, which waits for us", false, " safe locks",
		},
		{
			&lock.RefusedError{Dir: "/c", Err: errors.New("no locks")},
			"GOCACHE: cannot lock files in /c: no locks", false, " safe locks",
		},
		{
			&lock.RefusedError{Dir: "/c", File: "/c.lock x", Err: errors.New("lock /c.lock x: is not a file")},
			"GOCACHE: lock /c.lock x: is not a file", false, remove,
		},
		{&os.PathError{Op: "open", Path: "/c", Err: os.ErrPermission}, "GOCACHE: open /c: permission denied", true, ""},
	} {
		if got := failureText(w, tt.err); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
		l, s := newLocker(config.Config{}, false)
		if err := l.goOnWithout(w, tt.err); err != nil {
			t.Errorf("%v fails, although locks are not required", tt.err)
		}
		if text := s.text.String(); (text == "") != tt.silent || !strings.HasSuffix(text, tt.advice+"\n") && !tt.silent {
			t.Errorf("%v: said %q, want ...%q", tt.err, text, tt.advice)
		}
		l, _ = newLocker(config.Config{RequireLocks: true}, false)
		if err := l.goOnWithout(w, tt.err); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%v: required: %v", tt.err, err)
		}
	}
}
