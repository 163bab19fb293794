//go:build unix

package testscripts

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

func (s *suite) commands() map[string]command {
	cmds := map[string]command{
		"exits":     exits,
		"modproxy":  modproxy,
		"netserver": netserver,
		"treat":     treat,
		"waitfile":  s.waitfile,
		"warmcache": s.warmcache,
	}
	maps.Copy(cmds, s.systemCommands())
	return cmds
}

// treat ID STATUS runs treat.sh.
func treat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: treat id status")
	}
	ts.Check(ts.Exec("sh", filepath.Join(ts.Getenv("SRC"), "testscripts", "treat.sh"), args[0], args[1]))
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
