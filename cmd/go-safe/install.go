package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/go-safe/go-safe/internal/bindir"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/shim"
)

// stage returns a folder in which the command should build its binaries. It returns nil if the go command renames
// them itself, if a tool could see the difference, or if the folder cannot be made.
func (c *command) stage() *bindir.Stage {
	if c.Line.Verb != "install" || c.Line.Writes&shim.Bin == 0 || c.Line.PrintsPaths {
		return nil
	}
	if c.MayCrossCompile() {
		return nil
	}
	target := c.BinDir()
	tmp := cmp.Or(c.Plan.WorkDir.Value, c.Plan.TempDir.Value)
	if !filepath.IsAbs(target) || !filepath.IsAbs(tmp) || sameDir(target, c.Dir()) {
		return nil
	}
	if !bindir.Copies(target, tmp, c.Plan.BuildCache.Value) {
		return nil
	}
	s, err := bindir.New(target, tmp)
	if err != nil {
		return nil
	}
	if c.Verbose {
		c.say.Line("GOBIN=%s: what is built there replaces what is in %s in one step", s.Dir, s.Target)
	}
	return s
}

// sameDir reports whether target is the working directory. There go install without arguments could take the
// installed binary for one that go build left behind, and remove it (the end of work.InstallPackages, which
// compares paths with GOBIN).
func sameDir(target, workdir string) bool {
	t, err1 := os.Stat(target)
	w, err2 := os.Stat(workdir)
	return err1 == nil && err2 == nil && os.SameFile(t, w)
}

// placeBinaries installs what was built in the stage. It returns whether there was something, and an exit status: 0, 1
// like the go command's, or say.ExitFailed.
func (c *command) placeBinaries(s *bindir.Stage) (status int, placed bool) {
	built, unread := s.Built()
	if len(built) > 0 {
		status = c.place(s, built)
	}
	if unread != nil {
		c.say.Line("%v; run the command again", unread)
		status = cmp.Or(status, say.ExitFailed)
	}
	return status, len(built) > 0
}

// place installs binaries and returns the exit status.
func (c *command) place(s *bindir.Stage, built []string) int {
	release, err := c.locker.Acquire(cachelock.Lock{Name: "GOBIN", Dir: s.Target, Mode: lock.Exclusive})
	if err != nil {
		return c.say.Failure(say.ExitFailed, err)
	}
	if release != nil {
		defer release()
		s.Sweep()
	}
	errs := s.Place(built)
	for _, err := range errs {
		fix := shell.Set("GOBIN", shell.OtherFolder())
		if errors.Is(err, syscall.EFBIG) {
			fix = "ulimit -f unlimited"
		}
		c.say.Line("%v; run: %s", err, fix)
	}
	return min(len(errs), 1)
}
