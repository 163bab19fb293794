package modcache

import "golang.org/x/mod/module"

// Vouched reports whether the project's go.sum files have the hashes of all that is asked of the cache. Where they
// have not, the go command asks the checksum database about modules for which asks says so, also about those that the
// cache has (cmd/go/internal/modfetch.checkModSum).
func (p Project) Vouched(asked Asked, cache string, asks func(path string) bool) bool {
	n, sums := p.Need(asked), p.Sums()
	if n.more || len(n.packages) > 0 {
		return false
	}
	vouched := func(part *part) bool {
		v := part.Version
		mod := module.Version{Path: v.Path, Version: v.Version + "/go.mod"}
		return part.bare() || !asks(v.Path) ||
			(!part.tree || len(sums[v]) > 0) && (!part.mod || len(sums[mod]) > 0)
	}
	s := newStore(cache, false)
	defer s.close()
	graph, _ := n.graphParts(s)
	return every(n.parts, vouched) && every(graph, vouched)
}
