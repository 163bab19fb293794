package modcache

import (
	"os"

	"golang.org/x/mod/module"
)

// graphHeldBy reports whether the cache has what the module graph needs, where that is asked. What the modules of a workspace need together
// mostly is what each of them needs alone; else their imports are followed.
func (n Need) graphHeldBy(s store) bool {
	if n.graphed == nil {
		return true
	}
	g := n.graphed.graph(s)
	switch {
	case g.missing, !every(g.parts(false, n.infos), s.holds):
		return false
	case n.graphed.work == "", g.agrees(n.parts), every(g.parts(true, false), s.holds):
		return true
	}
	return n.graphed.reaches(g.trees(s), packages)
}

// graphParts are what the module graph needs beyond what go.sum files name. whole is false where that may be more than the
// go.mod files in the stores tell.
func (n Need) graphParts(stores ...store) (parts []part, whole bool) {
	if n.graphed == nil {
		return nil, true
	}
	g := n.graphed.graph(stores...)
	return g.parts(n.graphed.work != "" && !g.agrees(n.parts), n.infos), !g.missing
}

// agrees reports whether each module of the workspace needs the same together with the others as alone: all files that go.sum files name
// are of versions selected, and a module's own names all that it requires.
func (g *graph) agrees(named []part) bool {
	chosen := make(map[module.Version]bool)
	for path, version := range g.selected {
		chosen[g.actual(module.Version{Path: path, Version: version})] = true
	}
	for i := range named {
		if p := &named[i]; p.tree && !p.surely && !chosen[p.Version] {
			return false
		}
	}
	for i, main := range g.mains {
		if !g.summed(g.files[main].requires, g.sums[0], g.sums[i+1]) {
			return false
		}
	}
	return true
}

// summed reports whether the go.sum files name all that is required.
func (g *graph) summed(requires []module.Version, files ...string) bool {
	missing := make(map[module.Version]bool)
	for _, r := range requires {
		if a := g.actual(r); a.Version != "" && g.selected[r.Path] != "" {
			missing[a] = true
		}
	}
	for _, file := range files {
		data, _ := os.ReadFile(file)
		for v := range sumLines(string(data)) {
			v.Version, _ = cutGoMod(v.Version)
			delete(missing, v)
		}
	}
	return len(missing) == 0
}

// trees are the directories of what is selected, where the cache has it.
func (g *graph) trees(s store) []importTree {
	var trees []importTree
	for path, version := range g.selected {
		p := &part{Version: g.actual(module.Version{Path: path, Version: version}), tree: true}
		switch {
		case version == "": // the project has it
		case p.Version.Version == "":
			trees = append(trees, importTree{path, p.Path})
		case p.escape() && s.holds(p):
			trees = append(trees, importTree{path, s.path(s.tree(p))})
		}
	}
	return trees
}
