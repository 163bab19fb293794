package modcache

import (
	"go/version"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// A graph is the module graph of a project as the go.mod files in caches tell it (cmd/go/internal/modload.readModGraph). No go.sum tells
// that of a workspace: together, modules may need versions that none of them needs alone, and the go command asks for no sums
// (mustHaveSums there).
type graph struct {
	stores   []store
	replaces []map[module.Version]module.Version // of go.work, of the modules; a directory is absolute
	excluded map[module.Version]bool
	files    map[module.Version]*summary // nil for one that is not there
	entered  map[visit]bool
	selected map[string]string // versions by path; "" for the modules of the workspace
	mains    []module.Version
	sums     []string // go.work.sum, and the go.sum files of mains
	missing  bool     // a go.mod file is not there: there may be more
}

// A summary is what a go.mod file says of the graph.
type summary struct {
	requires []module.Version
	pruned   pruning
}

// A pruning says what of the graph behind a module counts (https://go.dev/ref/mod#graph-pruning).
type pruning int

const (
	unpruned    pruning = iota // all: modules of before Go 1.17, and what they need
	pruned                     // what it requires itself
	byWorkspace                // what it requires, and what that requires
)

// A visit is a module whose requirements were followed.
type visit struct {
	module.Version
	how pruning
}

// graph reads the project's graph. A file is read from the first of the stores that has it.
func (p Project) graph(stores ...store) *graph {
	g := &graph{
		stores:   stores,
		replaces: []map[module.Version]module.Version{{}, {}},
		excluded: make(map[module.Version]bool),
		files:    make(map[module.Version]*summary),
		entered:  make(map[visit]bool),
		selected: make(map[string]string),
	}
	if p.work == "" {
		g.single(p)
		return g
	}
	g.sums = p.sums[:1:1]
	if data, err := os.ReadFile(p.work); err == nil {
		if work, err := modfile.ParseWork(p.work, data, nil); err == nil {
			g.replace(0, filepath.Dir(p.work), work.Replace)
		}
	}
	for i, file := range p.files {
		if g.main(p.roots[i], file) {
			g.sums = append(g.sums, p.sums[i+1])
		}
	}
	for _, main := range g.mains {
		g.enter(main, byWorkspace)
	}
	g.reload()
	return g
}

// single is the graph of one module: it enters what that requires, by its own kind of pruning.
func (g *graph) single(p Project) {
	if len(p.files) == 1 && g.main(p.roots[0], p.files[0]) {
		s := g.files[g.mains[0]]
		g.require(s.requires, s.pruned, true)
	}
}

// main adds a main module. It reports whether there is one.
func (g *graph) main(root, file string) bool {
	mod := parse(file)
	if mod == nil || mod.Module == nil {
		return false
	}
	g.replace(1, root, mod.Replace)
	for _, e := range mod.Exclude {
		g.excluded[e.Mod] = true
	}
	main := module.Version{Path: mod.Module.Mod.Path}
	g.mains = append(g.mains, main)
	g.files[main] = summarize(mod)
	g.selected[main.Path] = ""
	return true
}

// replace adds the replace lines of a file in dir. The first one counts.
func (g *graph) replace(i int, dir string, lines []*modfile.Replace) {
	for _, r := range lines {
		with := r.New
		if with.Version == "" && !filepath.IsAbs(with.Path) {
			with.Path = filepath.Join(dir, with.Path)
		}
		if _, dup := g.replaces[i][r.Old]; !dup {
			g.replaces[i][r.Old] = with
		}
	}
}

// actual is the module that stands for v: another one, v itself, or with no version a directory.
func (g *graph) actual(v module.Version) module.Version {
	for _, m := range g.replaces {
		for _, old := range []module.Version{v, {Path: v.Path}} {
			if with, ok := m[old]; ok {
				return with
			}
		}
	}
	return v
}

func summarize(mod *modfile.File) *summary {
	s := &summary{}
	if mod.Go != nil && version.Compare("go"+mod.Go.Version, "go1.17") >= 0 {
		s.pruned = pruned
	}
	for _, r := range mod.Require {
		s.requires = append(s.requires, r.Mod)
	}
	return s
}

// summary reads the go.mod file that counts for a module, nil where there is none.
func (g *graph) summary(v module.Version) *summary {
	if s, ok := g.files[v]; ok {
		return s
	}
	var s *summary
	if data := g.gomod(g.actual(v)); data != nil {
		if mod, err := modfile.ParseLax("go.mod", data, nil); err == nil {
			s = summarize(mod)
		}
	}
	g.missing = g.missing || s == nil
	g.files[v] = s
	return s
}

// gomod is the content of the go.mod file of a module that replaces none any more.
func (g *graph) gomod(v module.Version) []byte {
	if v.Version == "" {
		data, _ := os.ReadFile(filepath.Join(v.Path, "go.mod"))
		return data
	}
	p := &part{Version: v}
	for _, s := range g.stores {
		if p.escape() && s.hasMod(p) {
			data, _ := readSmall(s.path(s.file(p, ".mod")))
			return data
		}
	}
	return nil
}

// enter follows the requirements of a module.
func (g *graph) enter(v module.Version, how pruning) {
	if g.entered[visit{v, how}] {
		return
	}
	g.entered[visit{v, how}] = true
	s := g.summary(v)
	if s == nil {
		return
	}
	next := s.pruned
	if how == unpruned {
		next = unpruned
	}
	g.require(s.requires, next, how != pruned || s.pruned == unpruned)
}

// require adds requirements, and enters them where follow is set.
func (g *graph) require(requires []module.Version, how pruning, follow bool) {
	for _, r := range requires {
		if g.excluded[r] {
			continue
		}
		if have, ok := g.selected[r.Path]; !ok || have != "" && semver.Compare(have, r.Version) < 0 {
			g.selected[r.Path] = r.Version
		}
		if follow {
			g.enter(r, how)
		}
	}
}

// reload follows what is selected in place of an older version that a module of the workspace requires, or a module so followed: their
// own requirements tell nothing of it.
func (g *graph) reload() {
	followed := make(map[module.Version]bool)
	paths := make(map[string]bool)
	for _, main := range g.mains {
		paths[main.Path] = true
	}
	for {
		var next []module.Version
		for path := range paths {
			v := module.Version{Path: path, Version: g.selected[path]}
			if !followed[v] {
				next = append(next, v)
			} else if s := g.summary(v); s != nil {
				next = append(next, g.newer(s.requires, followed)...)
			}
		}
		if len(next) == 0 {
			return
		}
		for _, v := range next {
			g.enter(v, byWorkspace)
			followed[v], paths[v.Path] = true, true
		}
	}
}

// newer are the versions selected in place of older ones that are required, but for those in known.
func (g *graph) newer(requires []module.Version, known map[module.Version]bool) []module.Version {
	var list []module.Version
	for _, r := range requires {
		v := module.Version{Path: r.Path, Version: g.selected[r.Path]}
		if semver.Compare(v.Version, r.Version) > 0 && !known[v] {
			list = append(list, v)
		}
	}
	return list
}

// parts are the go.mod files that the graph was read from and, of what is selected, the files where trees is set, and the .info files where
// infos is.
func (g *graph) parts(trees, infos bool) []part {
	var parts []part
	for v := range g.files {
		if a := g.actual(v); v.Version != "" && a.Version != "" {
			chosen := g.selected[v.Path] == v.Version
			parts = append(parts, part{Version: a, mod: true, tree: trees && chosen, info: infos && chosen})
		}
	}
	for path, version := range g.selected {
		v := module.Version{Path: path, Version: version}
		if a := g.actual(v); (trees || infos) && version != "" && a.Version != "" && g.files[v] == nil {
			parts = append(parts, part{Version: a, tree: trees, info: infos})
		}
	}
	return parts
}
