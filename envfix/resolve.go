package envfix

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Request says for what command Resolve decides.
type Request struct {
	Known  *Settings // what the go command would read
	GOROOT string    // of the go found, "" where it has none that is known

	// Bare: the command needs none of the directories, as go version. It gets no GOTMPDIR that nobody set, which go
	// env would show.
	Bare bool

	// Compiles: the command runs the compiler of GOROOT.
	Compiles bool

	// RunsWork: the command executes what it built in $WORK. RunsCache: the same in the build cache.
	RunsWork, RunsCache bool

	// PrivateTemp: $WORK is to be in a folder of this user's own, always.
	PrivateTemp bool

	// Trims: the command trims the build cache when that is due.
	Trims bool

	// Builds: the command writes to the build cache.
	Builds bool

	// WritesEnv: the command changes the env file, and warns of OS variables that override it: none is set.
	WritesEnv bool

	// ClearsBuild and ClearsMod: the command removes the cache, and where it can, that very one: go clean is the cure for
	// a full disk.
	ClearsBuild, ClearsMod bool

	// WritesBin: the command places binaries.
	WritesBin bool

	// Holds reports whether the module cache has all that the command may need. It is asked only where one
	// cannot be written to, and costs a look at every module.
	Holds func(modcache string) bool

	// Vouched reports whether the command needs no state of the checksum database, which is below GOPATH, for what
	// the module cache has. It is asked only where that cannot be written to, and costs as much.
	Vouched func(modcache string) bool

	// Switches reports whether the command will run a toolchain from the module cache.
	Switches func() bool

	// Unlockable says why files in an existing directory cannot be locked, nil where they can.
	Unlockable func(dir string) error

	// Shared reports whether the group or the ACL of a cache shares it.
	Shared func(dir string) bool

	// Stranger returns the owner of a directory that does not belong to root or to us and is not shared with us, else
	// -1.
	Stranger func(dir string) int

	// Failed are private folders that could not be made.
	Failed map[string]bool
}

// A resolver holds what Resolve knows so far.
type resolver struct {
	Request
	*Settings
	plan *Plan
	seen looks
}

// Resolve decides what the command gets. It looks at directories and changes none.
func Resolve(req Request) *Plan {
	r := &resolver{Request: req, Settings: req.Known, plan: &Plan{}, seen: looks{}}
	r.settleHome()
	r.root()
	if r.WritesEnv {
		return r.plan
	}
	r.temp()
	r.buildCache()
	r.modules()
	r.hints()
	return r.plan
}

// hints has nothing typed that go env cannot write down.
func (r *resolver) hints() {
	for i, v := range r.plan.Vars {
		if !strings.HasPrefix(v.Hint, Self+" env ") || r.EnvFileTrouble() == "" {
			continue
		}
		r.plan.Vars[i].Hint = ""
		if v.Value != "" {
			r.plan.Vars[i].Hint = "export " + v.Name + "=" + Quote(v.Value)
		}
	}
}

// settleHome records the HOME that ReadSettings found.
func (r *resolver) settleHome() {
	was, ok := r.Getenv("HOME")
	switch {
	case r.home != "":
		r.plan.set(Setting{}, "HOME", r.home, "is not set; the user's passwd entry names a home")
	case ok:
		r.plan.keep("HOME", Setting{was, FromEnviron})
	default:
		r.plan.keep("HOME", Setting{"", FromDefault})
	}
}

// root removes a GOROOT of which the go found would fail (F08). A go that stands in no tree of its own may depend on
// the variable, and keeps it.
func (r *resolver) root() {
	was := r.Get("GOROOT")
	why := ""
	if r.GOROOT != "" && was.Value != "" && filepath.Clean(was.Value) != r.GOROOT {
		why = r.wrongRoot(was.Value, r.GOROOT)
	}
	switch {
	case why == "":
		r.plan.keep("GOROOT", was)
	case r.user["GOROOT"] == "":
		r.plan.set(was, "GOROOT", "", why)
	default:
		r.plan.set(was, "GOROOT", r.GOROOT, why)
	}
	if file := r.user["GOROOT"]; file != "" && r.GOROOT != "" && r.wrongRoot(file, r.GOROOT) != "" {
		r.defaults()
	}
}

// defaults gives the settings of the tree's go.env, which the go command looks for in the GOROOT of the user's env
// file even where the OS variable says otherwise (cmd/go/internal/cfg.initEnvCache): without them it has no GOPROXY.
func (r *resolver) defaults() {
	if r.WritesEnv {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(r.goroot)) {
		if s := r.Get(name); s.Origin == FromGOROOT {
			r.plan.set(s, name, s.Value, "is lost with the GOROOT of the env file")
		}
	}
}

// buildCache decides GOCACHE.
func (r *resolver) buildCache() {
	was := r.gocache()
	var need room
	if !r.ClearsBuild {
		need = buildRoom(was.Value)
		need.exec = r.RunsCache
	}
	why := r.verdict("GOCACHE", was, need)
	if why == "" && !r.ClearsBuild && !r.explicit(was) {
		why = r.strange("GOCACHE", was.Value)
	}
	if why == "" {
		why = r.foreign(was.Value)
	}
	if why == "" && !r.ClearsBuild {
		why = r.unlockable("GOCACHE", was.Value)
	}
	base := ""
	if why != "" {
		base = r.pickCache()
	}
	if base == "" {
		r.plan.keep("GOCACHE", was)
		r.plan.NoCache = why != ""
		return
	}
	r.plan.set(was, "GOCACHE", filepath.Join(base, "build"), why)
	r.plan.private = append(r.plan.private, base)
}

// foreign says why a build cache that can be written to is of no use all the same: folders in it are another
// user's (F02). All 256 are made at once by whoever comes first (cmd/go/internal/cache.Open), so two tell. Where
// the cache itself is ours they can be moved aside, and it is of use.
func (r *resolver) foreign(cache string) string {
	if !judgeable(cache) || r.emptied("GOCACHE") {
		return ""
	}
	for _, sub := range []string{"00", "ff"} {
		dir := filepath.Join(cache, sub)
		if writable(dir) || !r.seen.at(dir).exists() {
			continue
		}
		if r.seen.at(cache).owner != os.Geteuid() {
			return cache + " has folders of another user: " + dir + " is not writable by " + user()
		}
		if r.Builds {
			r.plan.strange = append(r.plan.strange, cache)
		}
		return ""
	}
	return ""
}

// verdict says why the go command's value for a directory does not work, with the path; "" where it works or
// is not go-safe's to judge.
func (r *resolver) verdict(name string, s Setting, need room) string {
	switch {
	case r.emptied(name):
		return ""
	case s.Value == "":
		return "is not defined without HOME"
	case !judgeable(s.Value):
		return ""
	case s.chosen() && r.isFile(s.Value):
		return ""
	}
	if why := r.seen.at(s.Value).unusable(need); why != "" {
		return s.Value + " " + why
	}
	return ""
}

// strange says why a cache that works and that nobody chose is not to be used: another ordinary user owns it, or a
// folder that it is in, and so decides what the go command would find there and run. In a home like /tmp anybody can
// make one for us. Root in the home of the cache's owner uses it, as with sudo, and gives him what it makes.
func (r *resolver) strange(name, cache string) string {
	if !judgeable(cache) || r.emptied(name) || r.isFile(cache) {
		return ""
	}
	home, _ := r.Getenv("HOME")
	chosen, _ := r.Getenv("XDG_CACHE_HOME")
	for dir := r.seen.at(cache).deepest; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if dir == filepath.Clean(home) || chosen != "" && dir == filepath.Clean(chosen) {
			break
		}
		fi, err := os.Stat(dir)
		if err != nil || ownerOf(fi) <= 0 || ownerOf(fi) == os.Geteuid() {
			continue
		}
		switch owner := r.Stranger(dir); {
		case owner < 0 && dir == filepath.Clean(cache):
			return "" // it is shared with us
		case owner >= 0 && !(os.Geteuid() == 0 && owner == r.seen.at(home).owner):
			return fmt.Sprintf("%s belongs to uid %d, who could have put there what you would run", dir, owner)
		}
	}
	return ""
}

// unlockable says why the go command could not lock its files in a cache, and would fail (F13).
func (r *resolver) unlockable(name, cache string) string {
	if !judgeable(cache) || r.emptied(name) || r.isFile(cache) {
		return ""
	}
	if err := r.Unlockable(r.seen.at(cache).deepest); err != nil {
		r.plan.noLocks = append(r.plan.noLocks, name)
		return cache + " " + WithoutLocks(err)
	}
	return ""
}

// WithoutLocks is what an error of Unlockable says of a directory. A server may be silent for a while after it has started,
// until its clients have told it of the locks that they hold.
func WithoutLocks(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "is on a server that does not answer for locks yet: " + err.Error()
	}
	return "is on a file system without locks: " + lastError(err)
}

// pickCache returns the base for private caches, "" where there is none. It is the same for all commands: one on
// which nothing can be executed is only taken where there is no other, and serves those that execute nothing from it.
func (r *resolver) pickCache() string {
	return r.pick(r.cacheBases(), workRoom, newCacheRoom, cacheRoom, pathRoom)
}

// cacheBases are the private bases whose files can be locked.
func (r *resolver) cacheBases() []string {
	return slices.DeleteFunc(r.privateBases(), func(dir string) bool { return r.Unlockable(r.seen.at(dir).deepest) != nil })
}

// isFile reports whether something that is no directory is there. The go command's own error names it.
func (r *resolver) isFile(path string) bool {
	f := r.seen.at(path)
	return f.err == nil && f.exists() && !f.dir
}
