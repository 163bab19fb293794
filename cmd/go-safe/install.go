package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/go-safe/go-safe/bindir"
	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/shim"
)

// stage returns where the command's binaries are to be built, nil where plain go's way is as good: it renames them itself, or
// what it does would be seen to differ. A stage that cannot be made is no reason to fail.
func (c *command) stage() *bindir.Stage {
	if c.class.Verb != "install" || c.class.Writes&shim.Bin == 0 || c.class.Tells || crosses(c.settings, c.real.GOROOT) {
		return nil
	}
	target := binDir(c.settings, c.plan.Value("GOPATH"))
	tmp := cmp.Or(c.plan.Value("GOTMPDIR"), c.plan.Value("TMPDIR"))
	if !filepath.IsAbs(target) || !filepath.IsAbs(tmp) || sameDir(target, c.dir()) {
		return nil
	}
	if !bindir.Copies(target, tmp, c.plan.Value("GOCACHE")) {
		return nil
	}
	s, err := bindir.New(target, tmp)
	if err != nil {
		return nil
	}
	return s
}

// crosses reports whether the go command may build for another system than its own. It refuses to when GOBIN is set.
func crosses(settings *envfix.Settings, goroot string) bool {
	goos, goarch := settings.Get("GOOS").Value, settings.Get("GOARCH").Value
	if goos == "" && goarch == "" {
		return false
	}
	if cmp.Or(goos, runtime.GOOS) != runtime.GOOS || cmp.Or(goarch, runtime.GOARCH) != runtime.GOARCH {
		return true
	}
	// The go found need not be built for the same as this program (amd64 on arm64 under Rosetta).
	_, err := os.Stat(filepath.Join(goroot, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH))
	return goroot == "" || err != nil
}

// binDir is where go install puts binaries (modload.BinDir), "" where that depends on the package: without modules on the
// entry of GOPATH that it is in.
func binDir(settings *envfix.Settings, gopath string) string {
	if bin := settings.Get("GOBIN").Value; bin != "" {
		return bin
	}
	switch settings.Get("GO111MODULE").Value {
	case "off", "auto":
		return ""
	}
	if dir := envfix.First(gopath); dir != "" {
		return filepath.Join(dir, "bin")
	}
	return ""
}

// system names the folder in it for programs of another system than this.
func system(settings *envfix.Settings) string {
	return cmp.Or(settings.Get("GOOS").Value, runtime.GOOS) + "_" + cmp.Or(settings.Get("GOARCH").Value, runtime.GOARCH)
}

// sameDir reports whether go install without arguments could take the installed binary for what go build left in its working
// directory, and remove it (the end of work.InstallPackages): it compares the path with the one of GOBIN.
func sameDir(target, workdir string) bool {
	t, err1 := os.Stat(target)
	w, err2 := os.Stat(workdir)
	return err1 == nil && err2 == nil && os.SameFile(t, w)
}

// placing returns what runs the command: shim.Run and, where there is a stage, the placing of what was built.
func (c *command) placing(s *bindir.Stage) func(shim.Command) (shim.Status, error) {
	if s == nil {
		return shim.Run
	}
	if c.verbose {
		c.say.line("GOBIN=%s: what is built there replaces what is in %s in one step", s.Dir, s.Target)
	}
	return func(start shim.Command) (shim.Status, error) {
		defer s.Remove() // also where the command could not be started, and replaces this process
		start.Environ = envfix.Setenv(start.Environ, "GOBIN", s.Dir)
		status, err := shim.Run(start)
		if err != nil {
			return status, err
		}
		if status.Signal != nil { // it may have left half a file
			return status, nil
		}
		built, unread := s.Built()
		if len(built) > 0 {
			status.Code = cmp.Or(status.Code, c.place(s, built))
		}
		if unread != nil {
			c.say.line("%v; run the command again", unread)
			status.Code = cmp.Or(status.Code, exitFailed)
		}
		return status, nil
	}
}

// place puts what was built where it belongs, and returns the exit status: 0, 1 as the go command has it, or exitFailed.
func (c *command) place(s *bindir.Stage, built []string) int {
	c.placed = true
	if !c.noLocks {
		release, err := c.take(want{"GOBIN", s.Target, lock.Exclusive})
		if err != nil {
			return c.say.failure(exitFailed, err)
		}
		if release != nil {
			defer release()
			s.Sweep()
		}
	}
	errs := s.Place(built)
	for _, err := range errs {
		cure := "export GOBIN=/another/directory"
		if errors.Is(err, syscall.EFBIG) {
			cure = "ulimit -f unlimited"
		}
		c.say.line("%v; type: %s", err, cure)
	}
	return min(len(errs), 1)
}
