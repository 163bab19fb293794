package modcache

import (
	pathpkg "path"
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// chosen are the versions that may be needed beyond those in parts, as far as the go.mod files in the cache tell. Of a
// trusted cache most of them are linked by now, but it may have no zip files.
func (s *seeder) chosen(n Need, parts []part) []part {
	named := make(map[module.Version]bool)
	for i := range parts {
		if parts[i].tree { // go.sum may have another hash for it than the cache
			named[parts[i].Version] = true
		}
	}
	return slices.DeleteFunc(n.selects(s.from), func(p part) bool {
		return named[p.Version] || !p.escape()
	})
}

// selects are all files of what the project needs where that is to be looked up, and of the modules of the packages that are asked for, with
// what these require: each may have any beginning of the package's path.
func (n Need) selects(s store) []part {
	var p Project
	if n.sources != nil {
		p = *n.sources
	}
	g := p.graph(s)
	for _, arg := range n.packages {
		path, version, _ := strings.Cut(arg, "@")
		for ; path != "."; path = pathpkg.Dir(path) {
			v := module.Version{Path: path, Version: version}
			if module.Check(path, version) == nil && g.gomod(v) != nil {
				g.require([]module.Version{v}, byWorkspace, true)
			}
		}
	}
	return g.parts(true, true)
}
