package envfix

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
)

// modules decides GOPATH and GOMODCACHE, which the module downloads need together: the checksum database's state
// is below GOPATH wherever the cache is (F24, cmd/go/internal/cfg.SumdbDir).
func (r *resolver) modules() {
	path := r.gopath()
	cache := r.gomodcache(path.Value)
	pathWhy := r.pathVerdict(path)
	strange := ""
	if !r.ClearsMod && !r.explicit(cache) && !(cache.Origin == FromDefault && r.explicit(path)) {
		strange = r.strange("GOMODCACHE", cache.Value)
	}
	cacheWhy := cmp.Or(strange, r.cacheVerdict(cache))
	base, begun := "", false
	if pathWhy != "" || cacheWhy != "" {
		base, begun = r.twinBase(cache.Value, cacheWhy)
	}
	serves := func() bool { return r.readInPlace(path, cache) || r.ClearsMod && readable(cache.Value) }
	inPlace := base == "" || strange == "" && !begun && serves()
	moved := pathWhy != "" && base != "" && (!inPlace || r.needsBin(path) || !r.ClearsMod && !r.Vouched(cache.Value))
	if inPlace && !moved {
		r.plan.keep("GOPATH", path)
		r.plan.keep("GOMODCACHE", cache)
		return
	}
	r.plan.private = append(r.plan.private, base)
	own := filepath.Join(base, "gopath")
	if moved {
		r.plan.set(path, "GOPATH", prepend(own, path.Value), pathWhy)
	} else {
		r.plan.keep("GOPATH", path)
	}
	switch {
	case cacheWhy != "" && !inPlace && (begun || readable(cache.Value)) && r.twin(base, path, cache, cacheWhy):
	case cacheWhy != "" && !inPlace:
		r.plan.set(cache, "GOMODCACHE", filepath.Join(own, "pkg", "mod"), cacheWhy)
	case moved && cache.Origin == FromDefault:
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
	first := First(path.Value)
	if first == "" && path.Value != "" { // ":/a", which plain go takes
		return ""
	}
	why := r.verdict("GOPATH", Setting{first, path.Origin}, pathRoom)
	if why != "" || !judgeable(first) {
		return why
	}
	return r.inside(filepath.Join(first, "pkg", "sumdb"))
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
	if r.seen.at(cache.Value).noexec && r.Switches() {
		return cache.Value + " is on a file system mounted noexec, and go.mod or GOTOOLCHAIN asks for a toolchain in it"
	}
	if why := r.inside(filepath.Join(cache.Value, "cache", "download")); why != "" || r.ClearsMod {
		return why
	}
	if why := r.closed(cache.Value); why != "" {
		return why
	}
	return r.unlockable("GOMODCACHE", cache.Value)
}

// closed says why modules cannot be added to a cache of others that can be written to: what another user made in it
// is closed to us. Those who share a cache open what they made when their command ends.
func (r *resolver) closed(cache string) string {
	owner := r.seen.at(cache).owner
	if owner < 0 || owner == os.Geteuid() || os.Geteuid() == 0 || r.Shared(cache) {
		return ""
	}
	downloads := filepath.Join(cache, "cache", "download")
	entries, _ := os.ReadDir(downloads)
	for _, e := range entries {
		if dir := filepath.Join(downloads, e.Name()); e.IsDir() && !writable(dir) {
			return cache + " has folders of another user: " + dir + " is not writable by " + user()
		}
	}
	return ""
}

// readInPlace reports whether directories that can only be read serve this command: nothing is to be added to them.
func (r *resolver) readInPlace(path, cache Setting) bool {
	switch {
	case !judgeable(First(path.Value)), !judgeable(cache.Value), !readable(cache.Value):
		return false
	case r.seen.at(cache.Value).noexec && r.Switches(), r.unlockable("GOMODCACHE", cache.Value) != "":
		return false
	}
	return r.Holds(cache.Value)
}

// needsBin reports whether the command places binaries in a folder of GOPATH that cannot be written to.
func (r *resolver) needsBin(path Setting) bool {
	return r.WritesBin && r.Get("GOBIN").Value == "" && r.inside(filepath.Join(First(path.Value), "bin")) != ""
}

// inside says why nothing can be written to a directory below one that works. A file in the way is the go command's
// to name.
func (r *resolver) inside(dir string) string {
	if writable(dir) {
		return ""
	}
	f := r.seen.at(dir)
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
