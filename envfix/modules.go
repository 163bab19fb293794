package envfix

import (
	"path/filepath"
	"strings"
)

// modules decides GOPATH and GOMODCACHE, which the module downloads need together: the checksum database's state
// is below GOPATH wherever the cache is (F24, cmd/go/internal/cfg.SumdbDir).
func (r *resolver) modules() {
	path := r.gopath()
	cache := r.gomodcache(path.Value)
	pathWhy := r.pathVerdict(path)
	cacheWhy := r.cacheVerdict(cache)
	base := ""
	if pathWhy != "" || cacheWhy != "" {
		base = r.pick(r.cacheBases(), workRoom, cacheRoom)
	}
	if base == "" || r.readInPlace(path, cache, pathWhy) {
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
	if first == "" && path.Value != "" { // ":/a", which plain go takes
		return ""
	}
	why := r.verdict("GOPATH", Setting{first, path.Origin}, pathRoom)
	if why != "" || !judgeable(first) {
		return why
	}
	return inside(filepath.Join(first, "pkg", "sumdb"))
}

// cacheVerdict says why GOMODCACHE is of no use. Only toolchains are executed in it.
func (r *resolver) cacheVerdict(cache Setting) string {
	need := cacheRoom
	need.exec = false
	if r.ClearsMod {
		need = room{}
	}
	why := r.verdict("GOMODCACHE", cache, need)
	if why != "" || !judgeable(cache.Value) {
		return why
	}
	if look(cache.Value).noexec && r.Switches() {
		return cache.Value + " is on a file system mounted noexec, and go.mod or GOTOOLCHAIN asks for a toolchain in it"
	}
	if why := inside(filepath.Join(cache.Value, "cache", "download")); why != "" || r.ClearsMod {
		return why
	}
	if why := r.distrusted("GOMODCACHE", cache.Value, r.Distrust); why != "" {
		return why
	}
	return r.unlockable("GOMODCACHE", cache.Value)
}

// readInPlace reports whether directories that can only be read serve this command: nothing is to be added to them. The private
// twin, once it is begun, serves only what they cannot: a project stays with one path, for one that changes back and
// forth makes every build a cold one.
func (r *resolver) readInPlace(path, cache Setting, pathWhy string) bool {
	gopath := firstOf(path.Value)
	switch {
	case !judgeable(gopath), !judgeable(cache.Value), !readable(cache.Value):
		return false
	case look(cache.Value).noexec && r.Switches(), r.unlockable("GOMODCACHE", cache.Value) != "":
		return false
	case pathWhy != "" && r.WritesBin && r.Get("GOBIN").Value == "" && inside(filepath.Join(gopath, "bin")) != "":
		return false
	}
	return r.Get("GOPROXY").Value == "off" || r.Holds(cache.Value)
}

// inside says why nothing can be written to a directory below one that works. A file in the way is the go command's
// to name.
func inside(dir string) string {
	if writable(dir) {
		return ""
	}
	f := look(dir)
	if f.err == nil && (!f.dir || f.writable) {
		return ""
	}
	return f.deepest + " is not writable by " + user()
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
