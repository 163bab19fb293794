package envfix

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A Request says for what command Resolve decides.
type Request struct {
	Known  *Settings // what the go command would read
	GOROOT string    // of the go found, "" where it has none that is known

	// PrintsEnv: the command prints settings (go env), and is not to show a GOTMPDIR that nobody set.
	PrintsEnv bool

	// WritesEnv: the command changes the env file, and warns of OS variables that override it: none is set.
	WritesEnv bool

	// WritesBin: the command places binaries.
	WritesBin bool

	// Holds reports whether the module cache has all that the command may need. It is asked only where one
	// cannot be written to, and costs a look at every module.
	Holds func(modcache string) bool

	// Switches reports whether the command will run a toolchain from the module cache.
	Switches func() bool

	// Failed are private folders that could not be made.
	Failed map[string]bool
}

// A resolver holds what Resolve knows so far.
type resolver struct {
	Request
	*Settings
	plan *Plan
}

// Resolve decides what the command gets. It looks at directories and changes none.
func Resolve(req Request) *Plan {
	r := &resolver{Request: req, Settings: req.Known, plan: &Plan{}}
	if home := r.home(); home != "" {
		r.Settings = ReadSettings(Setenv(r.environ, "HOME", home), req.GOROOT)
	}
	r.root()
	if r.WritesEnv {
		return r.plan
	}
	r.temp()
	r.buildCache()
	r.modules()
	return r.plan
}

// home sets HOME from the user's passwd entry where a default depends on it and it is not there (F01). It
// returns what it set.
func (r *resolver) home() string {
	was, ok := r.Getenv("HOME")
	if ok || runtime.GOOS == "windows" || r.withoutHome() {
		r.plan.keep("HOME", Setting{was, FromEnviron})
		return ""
	}
	dir := passwdHome("/etc/passwd")
	if dir == "" || look(dir).unusable(pathRoom) != "" || !look(dir).exists() {
		r.plan.keep("HOME", Setting{"", FromDefault})
		return ""
	}
	r.plan.set(Setting{}, "HOME", dir, "is not set; the user's passwd entry names a home")
	return dir
}

// withoutHome reports whether the go command finds its directories without a home. It then is not given
// one: that would bring in an env file which it does not read otherwise.
func (r *resolver) withoutHome() bool {
	return r.Get("GOPATH").Value != "" && r.gocache().Value != "" && !r.WritesEnv
}

// root removes a GOROOT that would break the go found: one that is no Go tree, or that of another
// version (F08). A go that stands in no tree of its own may depend on the variable, and keeps it.
func (r *resolver) root() {
	was := r.Get("GOROOT")
	why := ""
	if r.GOROOT != "" && was.Value != "" && filepath.Clean(was.Value) != r.GOROOT {
		why = wrongRoot(was.Value, r.GOROOT)
	}
	switch {
	case why == "":
		r.plan.keep("GOROOT", was)
	case r.user["GOROOT"] == "":
		r.plan.set(was, "GOROOT", "", why)
	default:
		r.plan.set(was, "GOROOT", r.GOROOT, why)
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

// temp decides TMPDIR and GOTMPDIR.
func (r *resolver) temp() {
	tmp := r.tempDir()
	broken := ""
	if judgeable(tmp.Value) {
		broken = look(tmp.Value).unusable(tempRoom)
	}
	work, ok := r.chosenWork()
	if !ok {
		work = r.defaultWork(tmp, broken)
	}
	if broken == "" || work == "" || runtime.GOOS == "windows" {
		r.plan.keep("TMPDIR", tmp)
		return
	}
	// The linker and the C compiler know no GOTMPDIR (F15, golang.org/issue/59636).
	r.plan.set(tmp, "TMPDIR", work, tmp.Value+" "+broken)
}

// chosenWork settles GOTMPDIR where the user chose one, and returns it where it works. It is made where it
// is missing, which the go command does not do (F14, golang.org/issue/32320).
func (r *resolver) chosenWork() (dir string, ok bool) {
	was := r.Get("GOTMPDIR")
	switch {
	case r.emptied("GOTMPDIR"):
		r.plan.keep("GOTMPDIR", was)
		return "", true
	case was.Value == "":
		return "", false
	case !judgeable(was.Value), isFile(was.Value):
		r.plan.keep("GOTMPDIR", was)
		return "", true
	}
	f := look(was.Value)
	why := f.unusable(chosenRoom)
	if why != "" {
		dir := r.pick(r.workDirs(), workRoom, chosenRoom)
		if dir == "" {
			r.plan.keep("GOTMPDIR", was)
			return "", true
		}
		r.useWork(was, dir, was.Value+" "+why)
		return dir, true
	}
	if !f.exists() {
		r.plan.missing = append(r.plan.missing, was.Value)
	}
	r.plan.keep("GOTMPDIR", was)
	return was.Value, true
}

// defaultWork settles GOTMPDIR where the user chose none. go env is to show what the user has, and needs a folder
// for $WORK itself only where the temp folder is of no use.
func (r *resolver) defaultWork(tmp Setting, broken string) string {
	was := Setting{"", FromDefault}
	dir := ""
	if judgeable(tmp.Value) && (!r.PrintsEnv || broken != "") {
		dir = r.pick(r.workDirs(), workRoom, chosenRoom)
	}
	if dir == "" {
		r.plan.keep("GOTMPDIR", was)
		return ""
	}
	why := "a folder of this user's own"
	if first := r.workDirs()[0]; dir != first {
		why = first + " " + cmp.Or(refusal(first), look(first).unusable(workRoom), "has less room")
	}
	r.useWork(was, dir, why)
	return dir
}

// useWork makes dir, a private folder, the GOTMPDIR.
func (r *resolver) useWork(was Setting, dir, why string) {
	r.plan.set(was, "GOTMPDIR", dir, why)
	r.plan.private = append(r.plan.private, dir)
	r.plan.sweep = append(r.plan.sweep, dir)
}

// workDirs are the candidates for GOTMPDIR. The temp folder comes first: on another file system than GOBIN a go install
// copies instead of renaming (F16), and plain go would have used it.
func (r *resolver) workDirs() []string {
	dirs := r.tempBases(r.tempDir().Value, "/var/tmp")
	if dir := r.cacheDir(); filepath.IsAbs(dir) {
		dirs = append(dirs, filepath.Join(dir, "go-safe"))
	}
	return dirs
}

// buildCache decides GOCACHE.
func (r *resolver) buildCache() {
	was := r.gocache()
	why := r.verdict("GOCACHE", was, cacheRoom)
	if why == "" {
		why = r.foreign(was.Value)
	}
	base := ""
	if why != "" {
		base = r.pick(r.privateBases(), workRoom, cacheRoom)
	}
	if base == "" {
		r.plan.keep("GOCACHE", was)
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
		if writable(dir) || !look(dir).exists() {
			continue
		}
		if look(cache).owner != os.Geteuid() {
			return cache + " has folders of another user: " + dir + " is not writable by " + user()
		}
		r.plan.strange = append(r.plan.strange, cache)
		return ""
	}
	return ""
}

// modules decides GOPATH and GOMODCACHE, which the module downloads need together: the checksum database's state
// is below GOPATH wherever the cache is (F24, cmd/go/internal/cfg.SumdbDir).
func (r *resolver) modules() {
	path := r.gopath(r.GOROOT)
	cache := r.gomodcache(path.Value)
	pathWhy := r.pathVerdict(path)
	cacheWhy := r.cacheVerdict(cache)
	base := ""
	if pathWhy != "" || cacheWhy != "" {
		base = r.pick(r.privateBases(), workRoom, cacheRoom)
	}
	if base == "" || r.readInPlace(base, path, cache, pathWhy, cacheWhy) {
		r.plan.keep("GOPATH", path)
		r.plan.keep("GOMODCACHE", cache)
		return
	}
	r.plan.private = append(r.plan.private, base)
	twin := filepath.Join(base, "gopath")
	if pathWhy == "" {
		r.plan.keep("GOPATH", path)
	} else {
		r.plan.set(path, "GOPATH", prepend(twin, path.Value), pathWhy)
	}
	switch {
	case cacheWhy != "":
		r.plan.set(cache, "GOMODCACHE", filepath.Join(twin, "pkg", "mod"), cacheWhy)
	case pathWhy != "" && cache.Origin == FromDefault:
		r.plan.set(cache, "GOMODCACHE", cache.Value, "works where it is, though GOPATH does not")
	default:
		r.plan.keep("GOMODCACHE", cache)
	}
}

// pathVerdict says why GOPATH is of no use to modules, "" where it is or where it is not to be touched: without
// modules it names the sources.
func (r *resolver) pathVerdict(path Setting) string {
	if r.Get("GO111MODULE").Value == "off" {
		return ""
	}
	first := firstOf(path.Value)
	why := r.verdict("GOPATH", Setting{first, path.Origin}, pathRoom)
	if why != "" || !judgeable(first) {
		return why
	}
	return inside(filepath.Join(first, "pkg", "sumdb"))
}

// cacheVerdict says why GOMODCACHE is of no use. Only toolchains are executed in it.
func (r *resolver) cacheVerdict(cache Setting) string {
	room := cacheRoom
	room.exec = false
	why := r.verdict("GOMODCACHE", cache, room)
	if why != "" || !judgeable(cache.Value) {
		return why
	}
	if look(cache.Value).noexec && r.Switches() {
		return cache.Value + " is on a file system mounted noexec, and go.mod or GOTOOLCHAIN asks for a toolchain in it"
	}
	return inside(filepath.Join(cache.Value, "cache", "download"))
}

// readInPlace reports whether directories that can only be read serve this command: nothing is to be added to them,
// and the private twin, once it is begun, is not as good. It is asked first, for a path that changes back and
// forth makes every build a cold one.
func (r *resolver) readInPlace(base string, path, cache Setting, pathWhy, cacheWhy string) bool {
	for _, dir := range []string{firstOf(path.Value), cache.Value} {
		if !judgeable(dir) || !readable(dir) {
			return false
		}
	}
	twin := filepath.Join(base, "gopath", "pkg", "mod")
	switch {
	case look(twin).exists() && r.Holds(twin), look(cache.Value).noexec && r.Switches():
		return false
	case pathWhy != "" && r.WritesBin && r.Get("GOBIN").Value == "" && inside(filepath.Join(firstOf(path.Value), "bin")) != "":
		return false
	}
	return r.Holds(cache.Value)
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
	case s.chosen() && isFile(s.Value):
		return ""
	}
	if why := look(s.Value).unusable(need); why != "" {
		return s.Value + " " + why
	}
	return ""
}

// inside says why nothing can be written to a directory below one that works.
func inside(dir string) string {
	if writable(dir) {
		return ""
	}
	f := look(dir)
	if f.err == nil && f.dir && f.writable {
		return ""
	}
	return f.deepest + " is not writable by " + user()
}

// isFile reports whether something that is no directory is there. The go command's own error names it.
func isFile(path string) bool {
	f := look(path)
	return f.err == nil && f.exists() && !f.dir
}

// prepend puts dir before the entries of a GOPATH that still have something to read.
func prepend(dir, list string) string {
	dirs := []string{dir}
	for _, d := range filepath.SplitList(list) {
		if judgeable(d) && look(d).exists() {
			dirs = append(dirs, d)
		}
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}
