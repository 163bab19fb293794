package envfix

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// A Request describes the command for which Resolve decides.
type Request struct {
	Known     *Settings         // what the go command would read
	StatCache *fsinfo.StatCache // what was seen of directories so far; nil for nothing
	GOROOT    string            // of the real go, "" if it is not known

	// NoDirs: the command needs none of the directories, like go version. It gets a GOTMPDIR that nobody set only if
	// the temp folder cannot be used at all, because go env would show it.
	NoDirs bool

	// PrintsNoDirs: the command does not print the directories either. It uses them only if it switches to another
	// toolchain.
	PrintsNoDirs bool

	// Compiles: the command runs the compiler in GOROOT.
	Compiles bool

	// RunsWork: the command executes files that it built in $WORK. RunsCache: the same in the build cache.
	RunsWork, RunsCache bool

	// PrivateTemp: $WORK must be in a folder of this user's own.
	PrivateTemp bool

	// Trims: the command trims the build cache once a day.
	Trims bool

	// Builds: the command writes to the build cache.
	Builds bool

	// WritesEnv: the command changes the env file. It warns of OS variables that override the file, so go-safe sets
	// none.
	WritesEnv bool

	// ClearsBuild and ClearsMod: the command removes the cache. It gets the one that the user means if at all
	// possible, because go clean is what makes room on a full disk.
	ClearsBuild, ClearsMod bool

	// WritesBin: the command installs binaries.
	WritesBin bool

	// Holds reports whether the module cache has all that the command may need. Resolve calls it only for a cache
	// that is not writable, because it looks at every module.
	Holds func(modcache string) bool

	// CoveredBySum reports whether the command can use what the module cache has without the state of the checksum
	// database, which is below GOPATH. Resolve calls it only if GOPATH is not writable, because it costs as much as
	// Holds.
	CoveredBySum func(modcache string) bool

	// Switches reports whether the command will run a toolchain from the module cache.
	Switches func() bool

	// Unlockable says why files in an existing directory cannot be locked, nil if they can.
	Unlockable func(dir string) error

	// AddsPrivate reports whether the command may add modules to the module cache that must not get into a cache in
	// which others work, and BuildsPrivate the same of the build cache. Others reports whether others work in a cache.
	AddsPrivate, BuildsPrivate func() bool
	Others                     func(dir string) bool

	// Shared reports whether a cache is shared, by its group or its ACL.
	Shared func(dir string) bool

	// Untrusted reports whether a directory belongs to another user who is not root and does not share it with us.
	Untrusted func(dir string) bool

	// Failed has the private folders that could not be made.
	Failed map[string]bool
}

// A resolver holds what Resolve knows so far.
type resolver struct {
	Request
	*Settings
	plan  *Plan
	facts seenPaths
}

// Resolve decides what the command gets. It looks at directories and changes nothing.
func Resolve(req Request) *Plan {
	if req.StatCache == nil {
		req.StatCache = fsinfo.NewStatCache()
	}
	r := &resolver{Request: req, Settings: req.Known, plan: newPlan(), facts: newSeenPaths(req.StatCache)}
	r.recordHome()
	r.resolveGOROOT()
	if r.WritesEnv || r.PrintsNoDirs && !r.warnsOfGOPATH() && !r.Switches() {
		return r.plan
	}
	r.resolveTemp()
	r.resolveBuildCache()
	r.resolveModules()
	r.replaceEnvHints()
	return r.plan
}

// warnsOfGOPATH reports whether each command may warn "GOPATH set to GOROOT () has no effect". Without HOME there is no
// GOPATH, and a go command that was built with -trimpath has no GOROOT; up to Go 1.21 it took the two for equal.
func (r *resolver) warnsOfGOPATH() bool { return r.gopath().Value == "" }

// replaceEnvHints replaces suggestions of go env -w and -u if the env file cannot be written: by export if there is
// a value, by nothing if there is none.
func (r *resolver) replaceEnvHints() {
	for _, v := range r.plan.all() {
		if !strings.HasPrefix(v.Remedy, shell.Self+" env ") || r.EnvFileTrouble() == "" {
			continue
		}
		v.Remedy = ""
		if v.Value != "" {
			v.Remedy = shell.Set(v.Name, v.Value)
		}
	}
}

// recordHome records the HOME that ReadSettings found.
func (r *resolver) recordHome() {
	was, ok := r.LookupEnv("HOME")
	switch {
	case r.home != "":
		r.plan.Home.set(Setting{}, r.home, "is not set; the user's passwd entry names a home")
	case ok:
		r.plan.Home.keep(Setting{was, FromEnviron})
	default:
		r.plan.Home.keep(Setting{"", FromDefault})
	}
}

// resolveGOROOT removes a GOROOT with which the real go would fail. A go that is in no tree of its own may depend
// on the variable, and keeps it.
func (r *resolver) resolveGOROOT() {
	was := r.Get("GOROOT")
	why := ""
	if r.GOROOT != "" && was.Value != "" && filepath.Clean(was.Value) != r.GOROOT {
		why = r.gorootUnusable(was.Value, r.GOROOT)
	}
	switch {
	case why == "":
		r.plan.GOROOT.keep(was)
	case r.envFileVars["GOROOT"] == "":
		r.plan.GOROOT.set(was, "", why)
	default:
		r.plan.GOROOT.set(was, r.GOROOT, why)
	}
	if file := r.envFileVars["GOROOT"]; file != "" && r.GOROOT != "" && r.gorootUnusable(file, r.GOROOT) != "" {
		r.keepGoEnv()
	}
}

// keepGoEnv sets what the go.env of the real go's tree says. The go command looks for that file in the GOROOT of the
// user's env file, even if the OS variable says otherwise (cmd/go/internal/cfg.initEnvCache). If that GOROOT is
// wrong, the go command would have no GOPROXY.
func (r *resolver) keepGoEnv() {
	if r.WritesEnv {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(r.goEnvVars)) {
		if s := r.Get(name); s.Origin == FromGOROOT {
			v := Var{Name: name}
			v.set(s, s.Value, "is lost with the GOROOT of the env file")
			r.plan.lostGoEnv = append(r.plan.lostGoEnv, v)
		}
	}
}

// resolveBuildCache decides GOCACHE.
func (r *resolver) resolveBuildCache() {
	was := r.gocache()
	var need needs
	if !r.ClearsBuild {
		need = buildCacheNeeds(r.StatCache, was.Value)
		need.exec = r.RunsCache
	}
	why := r.valueUnusable("GOCACHE", was, need)
	if why != "" && need.exec {
		if base := r.pickCacheBase(); base == "" || r.facts.at(base).noexec {
			need.exec = false // the command fails everywhere, and elsewhere it would first compile everything again
			why = r.valueUnusable("GOCACHE", was, need)
		}
	}
	if why == "" && !r.ClearsBuild && !r.chosenByTrusted(was) {
		why = r.untrustedOwner("GOCACHE", was.Value)
	}
	if why == "" {
		why = r.foreignFolders(was.Value)
	}
	if why == "" && !r.ClearsBuild {
		why = r.keepsPrivate(&r.plan.BuildCache, was.Value, r.BuildsPrivate)
	}
	if why == "" && !r.ClearsBuild {
		why = r.lockTrouble(&r.plan.BuildCache, was.Value)
	}
	base := ""
	if why != "" {
		base = r.pickCacheBase()
	}
	if base == "" {
		r.plan.BuildCache.keep(was)
		r.plan.NoCache = why != "" && !r.plan.BuildCache.asked // then it works
		return
	}
	r.plan.BuildCache.set(was, filepath.Join(base, "build"), why)
	r.plan.privateDirs = append(r.plan.privateDirs, base)
}

// foreignFolders says why a writable build cache cannot be used: folders in it are another user's. The first
// command makes all 256 at once (cmd/go/internal/cache.Open), so it is enough to look at two. If the cache itself
// is ours, the folders can be moved aside and the cache can be used.
func (r *resolver) foreignFolders(cache string) string {
	if !filepath.IsAbs(cache) || r.setEmpty("GOCACHE") {
		return ""
	}
	for _, sub := range []string{"00", "ff"} {
		dir := filepath.Join(cache, sub)
		if r.facts.Writable(dir) || !r.facts.at(dir).exists() {
			continue
		}
		if !r.facts.ours(cache) {
			return cache + " has folders of another user: " + dir + " is not writable by " + thisUser()
		}
		if r.Builds {
			r.plan.foreignCaches = append(r.plan.foreignCaches, cache)
		}
		return ""
	}
	return ""
}

// keepsPrivate says why a cache that works is not used: others work in it, and the command may put into it what is
// private. The user is told of no override, because the user or the site asked for it.
func (r *resolver) keepsPrivate(v *Var, cache string, private func() bool) string {
	if !filepath.IsAbs(cache) || r.isFile(cache) || !r.Others(cache) || !private() {
		return ""
	}
	v.asked = true
	return cache + " is shared with others, and this command may use private modules"
}

// valueUnusable says why the go command's value for a directory does not work, with the path. It returns "" if it
// works, or if go-safe does not judge it: the go command's own error is as good for a relative path or a file.
func (r *resolver) valueUnusable(name string, s Setting, need needs) string {
	switch {
	case r.setEmpty(name):
		return ""
	case s.Value == "":
		return "is not defined without HOME"
	case !filepath.IsAbs(s.Value):
		return ""
	case s.chosen() && r.isFile(s.Value):
		return ""
	}
	if why := r.facts.at(s.Value).unusable(need); why != "" {
		return s.Value + " " + why
	}
	return ""
}

// untrustedOwner says why a cache that nobody chose must not be used although it works: another ordinary user owns
// it, or a directory above it. That user decides what the go command finds there and runs. (With HOME=/tmp anybody
// can make a cache for us.) Root in the home of the cache's owner uses the cache, as with sudo, and gives the owner
// what it makes.
func (r *resolver) untrustedOwner(name, cache string) string {
	if !filepath.IsAbs(cache) || r.setEmpty(name) || r.isFile(cache) {
		return ""
	}
	home, cacheHome := r.homes()
	for dir := r.facts.at(cache).deepest; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if dir == filepath.Clean(home) || cacheHome != "" && dir == filepath.Clean(cacheHome) {
			break
		}
		fi, err := r.facts.Stat(dir)
		if err != nil {
			continue
		}
		owner := fsinfo.Stranger(dir, fi)
		if owner == "" {
			continue
		}
		switch untrusted := r.Untrusted(dir); {
		case !untrusted && dir == filepath.Clean(cache):
			return "" // it is shared with us
		case untrusted && !(os.Geteuid() == 0 && fsinfo.Owner(fi) == r.facts.at(home).owner):
			return fmt.Sprintf("%s belongs to %s, who could have put there what you would run", dir, owner)
		}
	}
	return ""
}

// lockTrouble says why the go command cannot lock files in a cache, "" if it can. Without locks the go command
// fails. lockTrouble notes that in v, because the user is told then even if nobody chose the cache.
func (r *resolver) lockTrouble(v *Var, cache string) string {
	if !filepath.IsAbs(cache) || r.setEmpty(v.Name) || r.isFile(cache) {
		return ""
	}
	if err := r.Unlockable(r.facts.at(cache).deepest); err != nil {
		v.noLocks = true
		return cache + " " + WithoutLocks(err)
	}
	return ""
}

// WithoutLocks returns what an error of Unlockable means for a directory, in words that follow its path. A file
// server answers no lock requests for a while after it has started, until its clients have claimed the locks that
// they held.
func WithoutLocks(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "is on a server that does not answer for locks yet: " + err.Error()
	}
	return "is on a file system without locks: " + fsinfo.Reason(err).Error()
}

// pickCacheBase returns the base for private caches, "" if there is none. It is the same for all commands. A noexec
// one is chosen only if there is no other, and works for commands that execute nothing in it.
func (r *resolver) pickCacheBase() string {
	return r.pickDir(r.cacheBases(), workNeeds, newCacheNeeds, cacheNeeds, gopathNeeds)
}

// cacheBases returns the private bases in which files can be locked.
func (r *resolver) cacheBases() []string {
	return slices.DeleteFunc(r.privateBases(), func(dir string) bool {
		return r.Unlockable(r.facts.at(dir).deepest) != nil
	})
}

// isFile reports whether path exists and is no directory. The go command's own error names it.
func (r *resolver) isFile(path string) bool {
	f := r.facts.at(path)
	return f.err == nil && f.exists() && !f.dir
}
