package modcache

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Asked is what a command asks of the module cache beyond what a build of its project asks.
type Asked struct {
	NoVendor  bool     // it reads the cache even where there is a vendor directory
	Required  bool     // all modules that go.mod requires, needed for a build or not
	Zips      bool     // zip files too, of what is extracted
	Trees     bool     // what is extracted, as it finds nothing else
	Versions  []string // modules as in path@version
	Packages  []string // the same of packages, whose modules nobody can name, with what these require; More says so too
	More      bool     // modules that nobody can name before they are looked up
	Imports   bool     // modules that provide imports which none of the known ones does
	Tests     bool     // the same for the tests of packages that the project's lead to, and for what those import
	Programs  bool     // what go:generate lines have the go command run
	Graph     bool     // go.mod files of all modules, whether go.sum names them or not
	Infos     bool     // and the .info files of those selected
	Offline   bool     // nothing can be downloaded
	Toolchain string   // "go1.26.3": this toolchain, for this system
	FIPS      string   // "v1.0.0": this version of the FIPS 140 module, which the go command takes from its own tree

	// SumDB reports whether the go command asks the checksum database about a module that go.sum does not name; nil
	// means never.
	SumDB func(path string) bool
}

// A Need is all that a command asks of a module cache, or more: go.sum names more than a build needs.
type Need struct {
	parts    []part
	more     bool
	unsummed bool     // go.mod requires a version that go.sum does not name
	sources  *Project // whose imports are to be looked up
	tests    bool     // with those of the tests of packages that they lead to
	graphed  *Project // whose module graph is asked for: a workspace's, for together its modules may need more than go.sum files name
	infos    bool     // with the .info files of what the graph selects
	trees    bool     // what the cache has extracted is asked for as that
	packages []string // whose modules are asked for, as in path@version
	offline  bool     // nothing can be downloaded
	sumDB    func(path string) bool
}

// A part is what is asked of one version of a module.
type part struct {
	module.Version
	dir, base string // path and version as the cache has them in file names
	mod       bool   // its go.mod file
	tree      bool   // its files, extracted
	zip       bool   // its zip file, extracted or not
	info      bool   // its .info file; with mod and tree in any case
	sum       string // of the files, as in go.sum; "" where that is not known
	modSum    string // the same of the go.mod file
	surely    bool   // is needed, and not only perhaps
	local     bool   // comes from GOROOT, and not as a zip
	tool      bool   // is a toolchain
}

// bare reports whether nobody asks for more than the files: it is not a module of the build list.
func (p *part) bare() bool { return p.local || p.tool }

// Need returns what the command asks.
func (p Project) Need(asked Asked) Need {
	n := Need{more: asked.More, trees: asked.Trees, packages: asked.Packages, offline: asked.Offline, sumDB: asked.SumDB}
	if !p.vendored || asked.NoVendor {
		n.parts, n.unsummed = p.named(asked.Required, asked.Required || asked.Imports)
		if asked.Imports || asked.Tests {
			n.sources, n.tests = &p, asked.Tests
		}
		if p.work != "" || asked.Graph || asked.Infos {
			n.graphed, n.infos = &p, asked.Infos
		}
	}
	for _, arg := range asked.Versions {
		path, version, _ := strings.Cut(arg, "@")
		n.parts = append(n.parts, part{Version: module.Version{Path: path, Version: version}, mod: true, tree: true, surely: true})
	}
	for i := range n.parts {
		n.parts[i].zip = asked.Zips && n.parts[i].tree
	}
	n.more = n.more || asked.Programs && p.generatesMore()
	n.toolchain(asked.Toolchain)
	if asked.FIPS != "" {
		n.parts = append(n.parts, part{Version: module.Version{Path: "golang.org/fips140", Version: asked.FIPS}, tree: true, surely: true, local: true})
	}
	return n
}

// toolchain adds a toolchain to the need, unless name is "" (cmd/go/internal/toolchain.Exec).
func (n *Need) toolchain(name string) {
	if name != "" {
		v := module.Version{Path: "golang.org/toolchain", Version: "v0.0.1-" + name + "." + runtime.GOOS + "-" + runtime.GOARCH}
		n.parts = append(n.parts, part{Version: v, tree: true, surely: true, tool: true})
	}
}

// escape sets the names in the file system, once. It reports whether a cache can have files for the version.
func (p *part) escape() bool {
	if p.dir == "" {
		var err1, err2 error
		p.dir, err1 = module.EscapePath(p.Path)
		p.base, err2 = module.EscapeVersion(p.Version.Version)
		if err1 != nil || err2 != nil {
			p.dir, p.base = "", ""
		}
	}
	return p.dir != ""
}

// named returns what the project's go.sum files name, with all files of what its go.mod files require where required is set. Of
// the modules of a workspace itself nothing is asked. unsummed says, where it is to be compared, that go.sum lacks a requirement.
func (p Project) named(required, compare bool) (parts []part, unsummed bool) {
	var mains []string
	var requires []module.Version
	if compare || p.work != "" {
		mains, requires = p.requirements()
	}
	index := make(map[module.Version]int)
	for _, file := range p.sums {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		parts = slices.Grow(parts, bytes.Count(data, []byte("\n"))/2)
		for v, sum := range sumLines(string(data)) {
			if slices.Contains(mains, v.Path) {
				continue
			}
			parts = merge(parts, index, v, sum)
		}
	}
	for _, v := range requires {
		i, ok := index[v]
		unsummed = unsummed || compare && !ok
		if ok && required {
			parts[i].tree, parts[i].surely = true, true
		}
	}
	return parts, unsummed
}

// merge adds a line of go.sum to the parts. index has their places.
func merge(parts []part, index map[module.Version]int, v module.Version, sum string) []part {
	var modOnly bool
	v.Version, modOnly = cutGoMod(v.Version)
	i, ok := len(parts)-1, len(parts) > 0 && parts[len(parts)-1].Version == v
	if !ok { // it is the line above, unless the file was edited
		i, ok = index[v]
	}
	if !ok {
		i = len(parts)
		index[v] = i
		parts = append(parts, part{Version: v})
	}
	p := &parts[i]
	switch {
	case modOnly && (sum == emptyGoMod || !strings.HasPrefix(sum, "h1:")): // which the go command passes over
		p.mod = true
	case modOnly && p.mod && p.modSum != sum:
		p.modSum = "" // as below
	case modOnly:
		p.mod, p.modSum = true, sum
	case p.tree && p.sum != sum:
		p.sum = "" // two hashes: nobody knows which one is right
	default:
		p.tree, p.sum = true, sum
	}
	return parts
}

// requirements returns the paths of the project's modules, and what they require from a module cache.
func (p Project) requirements() (mains []string, requires []module.Version) {
	for _, file := range p.files {
		mod := parse(file)
		if mod == nil {
			continue
		}
		if mod.Module != nil {
			mains = append(mains, mod.Module.Mod.Path)
		}
		for _, r := range mod.Require {
			if v := replaced(mod, r.Mod); v.Version != "" {
				requires = append(requires, v)
			}
		}
	}
	return mains, slices.DeleteFunc(requires, func(v module.Version) bool { return slices.Contains(mains, v.Path) })
}

// replaced returns the module that stands for v: another one, v itself, or with no version a directory.
func replaced(mod *modfile.File, v module.Version) module.Version {
	for _, old := range []module.Version{v, {Path: v.Path}} {
		for _, r := range mod.Replace {
			if r.Old == old {
				return r.New
			}
		}
	}
	return v
}
