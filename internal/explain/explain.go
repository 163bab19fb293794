// Package explain says why a go command has failed, if the command's own message hides the cause. It looks at
// the caches and settings that the command used. If it sees a possible cause, it asks the go command (go list) or git.
// It says nothing if it is not sure. It downloads nothing and prints nothing.
package explain

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/modneed"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/shim"
)

const (
	lookLimit = 1500 * time.Microsecond // for a look at the modules: so short that nobody notices
	askLimit  = time.Second             // for another program, which is run only if the look found a possible cause
)

// exitUnsuccessful is the go command's status when it could not do what was asked. Status 2 means that it did not
// understand its command line.
const exitUnsuccessful = 1

// An Explainer explains how one command failed.
type Explainer struct {
	*job.Job
	kills int // how often the kernel had killed a process because memory was short; -1 if that was not counted

	// loadErrors is loadErrorsIn the command's own environment. It runs the go command at its first call.
	loadErrors func() string
}

// New returns the explainer of a command.
func New(j *job.Job) *Explainer {
	e := &Explainer{Job: j, kills: -1}
	e.loadErrors = sync.OnceValue(func() string { return e.loadErrorsIn(e.Environ) })
	return e
}

// CountKills notes how many processes the kernel has killed so far. Call it when the child has started: it then costs
// no time.
func (e *Explainer) CountKills() {
	if e.givesHints() || e.Audit != "" {
		e.kills = proc.MemoryKills()
	}
}

// givesHints reports whether this command gets hints.
func (e *Explainer) givesHints() bool {
	return !e.NoHints && e.usesCaches()
}

// usesCaches reports whether the command writes to anything that the looks look at.
func (e *Explainer) usesCaches() bool {
	return e.Line.Writes&(shim.ModCache|shim.BuildCache|shim.EnvFile) != 0
}

// Hint says in one line why the command failed with this exit status. It returns "" if the cause is not
// certain.
func (e *Explainer) Hint(status int) string {
	if status == 0 || !e.givesHints() {
		return ""
	}
	return e.hint(status)
}

func (e *Explainer) hint(status int) string {
	if e.killed() {
		return "the kernel killed a process for want of memory while the command ran; run: export " +
			lessMemory(proc.MemoryLimit(), runtime.GOMAXPROCS(0))
	}
	if status != exitUnsuccessful {
		return ""
	}
	for _, look := range e.usedLooks() {
		if line := look(); line != "" {
			return line
		}
	}
	return ""
}

// killed reports whether the kernel killed a process because memory ran out while the command ran.
func (e *Explainer) killed() bool { return e.kills >= 0 && proc.MemoryKills() > e.kills }

// lessMemory returns settings with which a go command needs less memory: fewer compilers at once than now, and heaps
// that fit together into three quarters of the limit in bytes, if there is one. The rest is for the go command and for
// what is no heap. A compiler that needs more than GOMEMLIMIT collects more garbage, and does not fail.
func lessMemory(limit int64, cpus int) string {
	if limit < 0 {
		return "GOMAXPROCS=1"
	}
	compilers := max(1, min(limit/proc.CompilerMemory, int64(cpus)-1))
	return fmt.Sprintf("GOMAXPROCS=%d GOMEMLIMIT=%dMiB", compilers, limit*3/4/compilers>>20)
}

// HintBeforeExec is Hint for a command that go-safe does not wait for, such as go run. It says in advance why it will
// fail.
func (e *Explainer) HintBeforeExec() string {
	switch {
	case e.NoHints || e.Line.Writes&shim.BuildCache == 0 || e.Line.NoDirs:
		return ""
	case e.Plan.NoCache:
		return e.noCacheAnywhere()
	case e.Plan.NoExec && e.Line.Verb == "run":
		return e.tempTrouble()
	}
	return ""
}

// A look says what is wrong with one thing that the command used and what to run, "" if nothing is wrong. It reads
// for milliseconds. Only if it sees a possible cause does it call loadErrors.
type look = func() string

// usedLooks returns the looks at what the command used. The first answer counts.
func (e *Explainer) usedLooks() []look {
	if e.Line.Writes == shim.EnvFile {
		return []look{e.envFileTrouble}
	}
	looks := []look{e.tornModule, e.modulesTrouble, e.proxyTrouble, e.longNameTrouble, e.sumTrouble}
	if e.Line.Writes&shim.BuildCache != 0 {
		looks = append(looks, e.noCacheAnywhere, e.cacheTrouble, e.indexTrouble, e.tempTrouble, e.repoTrouble)
	}
	return looks
}

// loadErrorsIn loads again what the failed command had to load, and returns the go command's complaints. It
// downloads nothing.
func (e *Explainer) loadErrorsIn(environ []string) string {
	said := ""
	for _, args := range [][]string{e.Line.List(), e.Line.ListAll()} {
		if args == nil {
			continue
		}
		said += e.complaints(environ, args)
	}
	return said
}

// complaints returns what the go command complains of if it fails with these arguments.
func (e *Explainer) complaints(environ, args []string) string {
	said, err := e.Ask(proc.Command{Args: args, Environ: environ, Deadline: time.Now().Add(askLimit)})
	if err == nil {
		return ""
	}
	return said
}

// compileErrors compiles again what the failed command had to compile, and returns what the go command complains of.
// What compiled the first time is in the build cache. Nothing is linked or executed. Where new entries of the build
// cache need a repair it asks nothing: the last repair is over.
func (e *Explainer) compileErrors() string {
	args := e.Line.List()
	if args == nil || rights.Of(e.Plan.BuildCache.Value).Policy != rights.Own {
		return ""
	}
	return e.complaints(e.Environ, slices.Insert(args, 1, "-export"))
}

// tornModule looks for torn files of the modules that go.sum or the command line names. Go.sum also names
// modules that this command does not read. Only the go command knows which, so it is asked.
func (e *Explainer) tornModule() string {
	for s := range modneed.Torn(e.Project(), e.Asked(), e.Plan.ModCache.Value, lookLimit) {
		complaint := "unzip " + s.Path + ": "
		if s.Mod {
			complaint = "verifying " + s.Module + "/go.mod: checksum mismatch"
		}
		if s.Certain && !s.Mod || strings.Contains(e.loadErrors(), complaint) {
			return fmt.Sprintf("%s is torn, which is no attack; run: "+shell.Self+" safe verify --heal %s",
				s.Path, s.Module)
		}
	}
	return ""
}

// modulesTrouble looks for files and folders of another user in places where the go command has to add
// something. In a module cache of ours root leaves them. In a cache that is shared without an ACL a killed
// command leaves them closed to the group.
func (e *Explainer) modulesTrouble() string {
	cache := e.Plan.ModCache.Value
	root := envfix.Inspect("GOMODCACHE", cache)
	shared := rights.Of(cache).Policy == rights.SharedSet
	if !root.Exists || os.Geteuid() <= 0 || root.Owner != os.Geteuid() && !shared {
		return ""
	}
	seen := make(map[string]bool)
	for s := range modneed.Lacking(e.Project(), e.Asked(), cache, lookLimit) {
		p := nearestVisible(s.Path)
		if p.Access == "" || seen[p.Deepest] || canLock(p) {
			continue
		}
		seen[p.Deepest] = true
		switch owner := user.Name(p.Owner); {
		case p.Owner == os.Geteuid() && strings.Contains(e.loadErrors(), p.Deepest):
			return fmt.Sprintf("%s is closed to its owner by its mode; run: "+shell.Self+" safe fix %s",
				p.Deepest, shell.Quote(cache))
		case p.Owner == os.Geteuid():
		case !s.Certain && !strings.Contains(e.loadErrors(), p.Deepest):
		case shared:
			who := owner
			if p.Owner != 0 {
				who += ", or root,"
			}
			return fmt.Sprintf("%s belongs to %s and is closed to the others who share the cache "+
				"(a go command that was killed?); %s runs: "+shell.Self+" safe fix %s",
				p.Deepest, owner, who, shell.Quote(cache))
		default:
			return fmt.Sprintf("%s belongs to %s (sudo go?), and is in the way of %s; run: "+
				shell.Self+" safe fix %s", p.Deepest, owner, s.Module, shell.Quote(cache))
		}
	}
	return ""
}

// canLock reports whether a place is a file that the go command can lock. For Inspect a file is a directory that does
// not work. The go command locks a file before it adds to a module, and leaves the file there
// (cmd/go/internal/modfetch.lockVersion).
func canLock(p envfix.DirInfo) bool {
	if !p.Mode.IsRegular() {
		return false
	}
	f, err := os.OpenFile(p.Deepest, os.O_RDWR, 0)
	if err == nil {
		f.Close()
	}
	return err == nil
}

// proxyTrouble looks for modules that are missing in a cache that can only be read, when GOPROXY=off forbids to
// download them. The go command then complains of missing rights, because it tries to make a lock file for the
// module.
func (e *Explainer) proxyTrouble() string {
	cache := e.Plan.ModCache.Value
	if !e.Offline() || rights.Of(cache).Policy != rights.ReadOnly {
		return ""
	}
	for s := range modneed.Lacking(e.Project(), e.Asked(), cache, lookLimit) {
		mkdir := "mkdir " + highestMissing(s.Path) + ": "
		if !strings.Contains(e.loadErrors(), s.Path) && !strings.Contains(e.loadErrors(), mkdir) {
			continue
		}
		line := fmt.Sprintf("%s is not in %s, and GOPROXY=off forbids to download it", s.Module, cache)
		if undo := e.Settings.Get("GOPROXY").Undo("GOPROXY"); undo != "" {
			line += "; run: " + undo
		}
		return line
	}
	return ""
}

// highestMissing returns the path, or the highest folder above it that does not exist.
func highestMissing(path string) string {
	for parent := filepath.Dir(path); parent != path && !fsinfo.IsDir(parent); parent = filepath.Dir(parent) {
		path = parent
	}
	return path
}

// nearestVisible looks at the path, or if a folder above it is closed, at that folder.
func nearestVisible(path string) envfix.DirInfo {
	p := envfix.Inspect("GOMODCACHE", path)
	for p.Owner < 0 && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		p = envfix.Inspect("GOMODCACHE", path)
	}
	return p
}
