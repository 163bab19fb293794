package envfix

import (
	"fmt"
	"hash/fnv"
	"path/filepath"
)

// A Twin is a private module cache that stands for one that can only be read. Once it is begun it serves every command of this
// user, for a path that changes back and forth makes every build a cold one. Its name follows from the path of the
// other: it stays the same when that is replaced, and serves alone when that is gone. When the other can be written to, it
// works, and is used as any that works: to ask each time for a twin would cost everybody something.
type Twin struct {
	Of, Dir      string // the cache, and the twin
	SumsOf, Sums string // where each has the checksum database's state, "" where GOPATH stays as it is
}

// twinName is the name of the twin of a cache, below a private base. Two caches with one name would share a twin, which does
// no harm: what is in it is known by its hash.
func twinName(cache string) string {
	h := fnv.New32a()
	h.Write([]byte(filepath.Clean(cache)))
	return fmt.Sprintf("mod-%08x", h.Sum32())
}

// twinBase returns the private base with the twin of a cache that does not work, and whether the twin is begun; else the
// best of the bases, "" where none works.
func (r *resolver) twinBase(cache, why string) (base string, begun bool) {
	bases := r.cacheBases()
	if why != "" && judgeable(cache) {
		for _, dir := range bases {
			if r.seen.at(filepath.Join(dir, twinName(cache))).exists() && r.pick([]string{dir}, cacheRoom, cacheRoom) != "" {
				return dir, true
			}
		}
	}
	return r.pick(bases, workRoom, cacheRoom), false
}

// twin makes GOMODCACHE the twin of the cache.
func (r *resolver) twin(base string, path, cache Setting, why string) {
	t := &Twin{Of: cache.Value, Dir: filepath.Join(base, twinName(cache.Value))}
	if gopath := r.plan.Value("GOPATH"); gopath != path.Value {
		t.SumsOf = filepath.Join(First(path.Value), "pkg", "sumdb")
		t.Sums = filepath.Join(First(gopath), "pkg", "sumdb")
	}
	r.plan.Twin = t
	r.plan.set(cache, "GOMODCACHE", t.Dir, why)
}
