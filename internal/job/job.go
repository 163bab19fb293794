// Package job knows what one go command is about to do: its command line, the settings that it reads, the project
// that it works in, the directories that it gets, and where it makes files. It prints nothing, and starts no more than
// a go command that is asked whether a module cache which can only be read has what the command needs.
package job

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/cachelock"
	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/shim"
)

// A Job is a go command that will run.
type Job struct {
	config.Config
	Real     shim.Go
	Environ  []string // of the go command, with the site's defaults; the caller adds the plan's changes
	Line     *shim.Line
	Settings *envfix.Settings
	Plan     *envfix.Plan // what the command gets; nil before MakeDirs

	// Caches says what caches are, by one look at each. MakeDirs looks anew.
	Caches *rights.Memo
	seen   *fsinfo.StatCache

	// Each is asked for once, and only if something depends on it.
	NearLimits      func() bool          // whether limits leave no room for what is not necessary (proc.NearLimits)
	Dir             func() string        // the directory in which the command works
	Project         func() gomod.Project // the module or workspace of that directory
	Toolchain       func() string        // the toolchain that it will run from the module cache, "" for none
	Downloads       func() bool          // whether it may add to the module cache
	AddsPrivate     func() bool          // whether it may add private modules, if those need care
	BuildsPrivate   func() bool          // whether it may build private code, if that needs care
	SetsUpToolchain func() bool          // whether it prepares a toolchain that others will use
}

// New reads the settings that the command reads, and parses its command line.
func New(cfg config.Config, real shim.Go, environ, args []string) *Job {
	j := &Job{Config: cfg, Real: real}
	j.forget()
	j.Settings = envfix.ReadSettings(environ, real.GOROOT, cfg.Site)
	j.Line = shim.Parse(args, j.Settings.Get("GOFLAGS").Value)
	j.Environ = j.Settings.WithSite(environ, j.Line.EnvNames())
	j.NearLimits = sync.OnceValue(proc.NearLimits)
	j.Dir = sync.OnceValue(j.findDir)
	j.Project = sync.OnceValue(j.findProject)
	j.Toolchain = sync.OnceValue(j.findToolchain)
	j.Downloads = sync.OnceValue(j.mayDownload)
	j.SetsUpToolchain = sync.OnceValue(j.setsUpToolchain)
	j.AddsPrivate = sync.OnceValue(j.addsPrivate)
	j.BuildsPrivate = sync.OnceValue(j.buildsPrivate)
	return j
}

// forget forgets what was seen of directories.
func (j *Job) forget() {
	j.seen = fsinfo.NewStatCache()
	j.Caches = rights.NewMemo(j.seen)
}

// LookAgain forgets what was seen of the caches, because another command may have changed them.
func (j *Job) LookAgain() {
	j.forget()
	j.Downloads = sync.OnceValue(j.mayDownload)
}

// DryRun returns a job that will not run. It shows what such a command would get here.
func DryRun(cfg config.Config, real shim.Go, environ []string, args ...string) *Job {
	j := New(cfg, real, environ, args)
	j.Plan = j.Resolve()
	return j
}

// Resolve returns the directories that the command would get now. It makes nothing.
func (j *Job) Resolve() *envfix.Plan {
	j.forget()
	return envfix.Resolve(j.request())
}

// ResolveForDownload is Resolve for a command that needs a module which the cache lacks.
func (j *Job) ResolveForDownload() *envfix.Plan {
	j.forget()
	req := j.request()
	req.Holds = func(string) bool { return false }
	return envfix.Resolve(req)
}

// MakeDirs chooses and makes the directories. It returns in words what it changed in existing ones. If a private
// folder cannot be made, because somebody else was faster, it chooses another one. If there is none, the values
// stay as they were.
func (j *Job) MakeDirs() (changed []string) {
	failed := make(map[string]bool)
	for {
		j.forget()
		req := j.request()
		req.Failed = failed
		j.Plan = envfix.Resolve(req)
		lines, err := j.Plan.Prepare()
		if j.Plan.Makes() {
			j.forget()
		}
		changed = append(changed, lines...)
		var folder *envfix.FolderError
		if !errors.As(err, &folder) || failed[folder.Dir] {
			return changed
		}
		failed[folder.Dir] = true
	}
}

// request describes the command for package envfix.
func (j *Job) request() envfix.Request {
	l, needIn := j.Line, j.rememberNeed()
	return envfix.Request{
		Known:         j.Settings,
		StatCache:     j.seen,
		GOROOT:        j.Real.GOROOT,
		NoDirs:        l.NoDirs,
		PrintsNoDirs:  j.printsNoDirs(),
		Builds:        l.Writes&shim.BuildCache != 0,
		Compiles:      l.Compiles,
		RunsWork:      l.Runs&shim.Work != 0,
		RunsCache:     l.Runs&shim.BuildCache != 0,
		PrivateTemp:   j.PrivateTemp,
		Trims:         l.Writes&shim.BuildCache != 0 && l.Removes == 0 && !l.NoDirs && !j.NearLimits(),
		WritesEnv:     l.Verb == "env" && l.Writes == shim.EnvFile,
		WritesBin:     l.Writes&shim.Bin != 0,
		ClearsBuild:   l.Removes&shim.BuildCache != 0,
		ClearsMod:     l.Removes&shim.ModCache != 0,
		Holds:         func(cache string) bool { return j.holds(cache, needIn) },
		CoveredBySum:  func(cache string) bool { return j.coveredBySum(cache, needIn) },
		Switches:      j.Switches,
		Unlockable:    j.unlockable(),
		AddsPrivate:   j.AddsPrivate,
		BuildsPrivate: j.BuildsPrivate,
		Others:        func(dir string) bool { return j.Caches.Of(dir).Others() },
		Shared:        func(dir string) bool { return j.Caches.Of(dir).Shared() },
		Untrusted:     func(dir string) bool { return j.Caches.Of(dir).Untrusted() },
	}
}

// unlockable returns a function that says why a directory cannot be locked. It asks once for each directory. A
// command that neither uses nor prints directories, like go version, does not wait for the answer.
func (j *Job) unlockable() func(dir string) error {
	if j.printsNoDirs() {
		return func(string) error { return nil }
	}
	answers := make(map[string]error)
	return func(dir string) error {
		err, ok := answers[dir]
		if !ok {
			err = cachelock.Unlockable(dir, j.ServerTimeout())
			answers[dir] = err
		}
		return err
	}
}

// ServerTimeout is how long a file server may take to answer: the usual time, or GOSAFE_LOCK_TIMEOUT if that is
// longer.
func (j *Job) ServerTimeout() time.Duration { return max(cachelock.ServerTimeout, j.LockTimeout) }

// printsNoDirs reports whether the command neither uses nor prints the directories, like go version, unless it
// switches to another toolchain.
func (j *Job) printsNoDirs() bool { return j.Line.Writes == 0 && j.Line.Verb != "env" }

// findDir returns the directory in which the command works.
func (j *Job) findDir() string {
	dir, err := os.Getwd()
	if err != nil || filepath.IsAbs(j.Line.Dir) {
		return j.Line.Dir
	}
	return filepath.Join(dir, j.Line.Dir)
}

// RecordVia records in an environment through which files we came to the real go, to prevent endless loops. If the
// real go is in a tree of its own, it starts no other go-safe, and RecordVia clears the record.
func RecordVia(environ []string, via shim.Via, real shim.Go) []string {
	if real.GOROOT != "" {
		if envfix.Getenv(environ, "GOSAFE_VIA") == "" {
			return environ
		}
		return envfix.Setenv(environ, "GOSAFE_VIA", "")
	}
	return envfix.Setenv(environ, "GOSAFE_VIA", via.Then(real.Path))
}
