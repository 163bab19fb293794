//go:build unix

package testscripts

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

func (s *suite) commands() map[string]command {
	cmds := map[string]command{
		"exits":     exits,
		"modproxy":  modproxy,
		"netserver": netserver,
		"waitfile":  s.waitfile,
		"warmcache": s.warmcache,
	}
	maps.Copy(cmds, s.systemCommands())
	return cmds
}

// exits STATUS prog [args...] runs a program as exec does, and compares how it ended with STATUS.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || !validStatus(args[0]) {
		ts.Fatalf("usage: exits 0..255|SIGNAME prog [args...]")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = statusName(exit.Sys().(syscall.WaitStatus))
	}
	if got != args[0] {
		ts.Fatalf("%s ended with %s, want %s", args[1], got, args[0])
	}
}

func validStatus(status string) bool {
	_, err := strconv.ParseUint(status, 10, 8)
	return err == nil || unix.SignalNum(status) != 0
}

func statusName(ws syscall.WaitStatus) string {
	if ws.Signaled() {
		return unix.SignalName(ws.Signal())
	}
	return strconv.Itoa(ws.ExitStatus())
}

// waitfile FILE [REGEXP] waits until the file is there and not empty, or matches.
func (s *suite) waitfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: waitfile file [regexp]")
	}
	pattern := `(?s).`
	if len(args) == 2 {
		pattern = args[1]
	}
	re, err := regexp.Compile(`(?m)` + pattern)
	ts.Check(err)
	var data []byte
	ok := s.waitUntil(func() bool {
		data, err = os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && re.Match(data)
	})
	if !ok {
		ts.Fatalf("waited in vain for %s: %v\n%s", args[0], err, data)
	}
}

// waitUntil polls, because it cannot know what the script waits for.
func (s *suite) waitUntil(done func() bool) bool {
	began := time.Now()
	for !done() {
		if time.Now().After(s.deadline) || time.Since(began) > 2*time.Minute {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
	return true
}

// warmcache DIR [UID] makes DIR a build cache that holds the packages of small programs and tests.
func (s *suite) warmcache(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: warmcache dir [uid]")
	}
	warm, err := s.warmCache()
	ts.Check(err)
	dir := ts.MkAbs(args[0])
	ts.Check(os.CopyFS(dir, os.DirFS(warm)))
	if len(args) == 2 {
		uid, err := strconv.Atoi(args[1])
		ts.Check(err)
		ts.Check(chownTree(dir, uid))
	}
}

func chownTree(dir string, uid int) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, uid)
	})
}
