package envfix

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// resolveModules decides GOPATH and GOMODCACHE together, because a download needs both: the state of the checksum
// database is below GOPATH wherever the module cache is (cmd/go/internal/cfg.SumdbDir).
//
// First: what is wrong with GOPATH and with GOMODCACHE? Then: may GOMODCACHE stay, perhaps only to be read, and must
// GOPATH move? Last: GOMODCACHE stays, becomes a private copy, or an empty cache below the private GOPATH.
func (r *resolver) resolveModules() {
	path := r.gopath()
	cache := r.gomodcache(path.Value)
	pathWhy := r.gopathUnusable(path)
	untrusted := ""
	if !r.ClearsMod && !r.chosenByTrusted(cache) && !(cache.Origin == FromDefault && r.chosenByTrusted(path)) {
		untrusted = r.untrustedOwner("GOMODCACHE", cache.Value)
	}
	cacheWhy := cmp.Or(untrusted, r.modCacheUnusable(cache))
	private := ""
	if cacheWhy == "" && !r.ClearsMod {
		private = r.keepsPrivate(&r.plan.ModCache, cache.Value, r.AddsPrivate)
		cacheWhy = private
	}
	base, begun := "", false
	if pathWhy != "" || cacheWhy != "" {
		base, begun = r.copyBase(cache.Value, cacheWhy)
	}
	serves := func() bool {
		return private == "" && r.readInPlace(path, cache) || r.ClearsMod && r.facts.Readable(cache.Value)
	}
	// A private copy that was begun is used from then on, because it gets all that is in the cache. It does not get
	// from a cache that others can write to what go.sum does not name.
	preferCopy := begun && fsinfo.Trusted(cache.Value)
	keepCache := base == "" || untrusted == "" && !preferCopy && serves()
	moveGOPATH := pathWhy != "" && base != "" &&
		(!keepCache || r.binUnwritable(path) || !r.ClearsMod && !r.CoveredBySum(cache.Value))
	if keepCache && !moveGOPATH {
		r.plan.GOPATH.keep(path)
		r.plan.ModCache.keep(cache)
		return
	}
	r.plan.privateDirs = append(r.plan.privateDirs, base)
	own := filepath.Join(base, "gopath")
	if moveGOPATH {
		r.plan.GOPATH.set(path, prepend(own, path.Value), pathWhy)
	} else {
		r.plan.GOPATH.keep(path)
	}
	lost := cacheWhy != "" && !keepCache
	switch {
	case lost && (begun || r.facts.Readable(cache.Value)) && r.useCopy(base, path, cache, cacheWhy):
	case lost:
		r.plan.ModCache.set(cache, filepath.Join(own, "pkg", "mod"), cacheWhy)
	case moveGOPATH && cache.Origin == FromDefault:
		r.plan.ModCache.set(cache, cache.Value, "works where it is, though GOPATH does not")
	default:
		r.plan.ModCache.keep(cache)
	}
}

// gopathUnusable says why GOPATH cannot be used for modules. It returns "" if it can, and with GO111MODULE=off:
// GOPATH then names the sources, and go-safe leaves it alone.
func (r *resolver) gopathUnusable(path Setting) string {
	if r.Get("GO111MODULE").Value == "off" {
		return ""
	}
	first := First(path.Value)
	if first == "" && path.Value != "" { // ":/a": plain go accepts it
		return ""
	}
	why := r.valueUnusable("GOPATH", Setting{first, path.Origin}, gopathNeeds)
	if why != "" || !filepath.IsAbs(first) {
		return why
	}
	return r.subdirUnwritable(filepath.Join(first, "pkg", "sumdb"))
}

// modCacheUnusable says why GOMODCACHE cannot be used, "" if it can. The only files executed in it are toolchains.
func (r *resolver) modCacheUnusable(cache Setting) string {
	need := cacheNeeds
	need.exec = false
	if r.ClearsMod {
		need = needs{}
	}
	why := r.valueUnusable("GOMODCACHE", cache, need)
	if why != "" || !filepath.IsAbs(cache.Value) {
		return why
	}
	if r.facts.at(cache.Value).noexec && r.Switches() {
		return cache.Value +
			" is on a file system mounted noexec, and go.mod or GOTOOLCHAIN asks for a toolchain in it"
	}
	if why := r.subdirUnwritable(filepath.Join(cache.Value, "cache", "download")); why != "" || r.ClearsMod {
		return why
	}
	if why := r.closedFolder(cache.Value); why != "" {
		return why
	}
	return r.lockTrouble(&r.plan.ModCache, cache.Value)
}

// closedFolder says why no modules can be added to a writable cache of another user: a folder in it is closed to us.
// Commands of those who share a cache open new entries to each other, so a shared cache is not checked.
func (r *resolver) closedFolder(cache string) string {
	owner := r.facts.at(cache).owner
	if owner < 0 || r.facts.ours(cache) || os.Geteuid() == 0 || r.Shared(cache) {
		return ""
	}
	downloads := filepath.Join(cache, "cache", "download")
	entries, _ := os.ReadDir(downloads)
	for _, e := range entries {
		if dir := filepath.Join(downloads, e.Name()); e.IsDir() && !r.facts.Writable(dir) {
			return cache + " has folders of another user: " + dir + " is not writable by " + thisUser()
		}
	}
	return ""
}

// readInPlace reports whether the command can use directories that it can only read, because it adds nothing to
// them.
func (r *resolver) readInPlace(path, cache Setting) bool {
	switch {
	case !filepath.IsAbs(First(path.Value)), !filepath.IsAbs(cache.Value), !r.facts.Readable(cache.Value):
		return false
	case r.facts.at(cache.Value).noexec && r.Switches(), r.lockTrouble(&r.plan.ModCache, cache.Value) != "":
		return false
	}
	return r.Holds(cache.Value)
}

// binUnwritable reports whether the command installs binaries in a bin folder of GOPATH that is not writable.
func (r *resolver) binUnwritable(path Setting) bool {
	if !r.WritesBin || r.Get("GOBIN").Value != "" {
		return false
	}
	return r.subdirUnwritable(filepath.Join(First(path.Value), "bin")) != ""
}

// subdirUnwritable says why nothing can be written to dir, a directory below one that works; "" if it can. If a
// file stands there, it returns "": the go command's own error names the file.
func (r *resolver) subdirUnwritable(dir string) string {
	if r.facts.Writable(dir) {
		return ""
	}
	f := r.facts.at(dir)
	if f.err == nil && (!f.dir || f.writable) {
		return ""
	}
	return f.deepest + " is not writable by " + thisUser()
}

// prepend puts dir before those entries of a GOPATH that exist.
func prepend(dir, list string) string {
	dirs := []string{dir}
	for _, d := range filepath.SplitList(list) {
		if filepath.IsAbs(d) && look(d).exists() {
			dirs = append(dirs, d)
		}
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}
