// Package modneed tells what a command needs of a module cache, and whether a cache has it, without a go command.
//
// It knows what go.sum names, which for a build is more than enough, and what the command line names. It does
// not select versions as the go command does. If only the go command can tell, its answer is added (Select), or
// the command may need more (MayNeedMore).
package modneed

import (
	"bytes"
	"runtime"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// Asked is what a command asks for beyond a build of its project.
type Asked struct {
	shim.Modules        // by its command line
	Offline      bool   // nothing can be downloaded
	Toolchain    string // "go1.26.3": this toolchain, for this system; "" for none
	FIPS         string // "v1.0.0": the FIPS 140 module that the go command takes from GOROOT; "" for none
}

// A Need is what a command may read of a module cache.
type Need struct {
	Artifacts []Artifact
	Trees     bool // the command only looks at what is extracted, and extracts nothing
	Offline   bool // nothing can be downloaded
	Workspace bool // the modules of a workspace may need together what none of them needs alone, and no go.sum names
	Infos     bool // the .info files of the selected versions, which go list -m reads

	Unsummed bool // go.mod requires a version that go.sum does not name

	unknown bool // modules that nobody can name before the go command looks them up
	imports bool // the go command looks up modules for imports that none of the known ones provides
}

// An Artifact is what is needed of one version of a module.
type Artifact struct {
	modcache.Entry
	Mod  bool // the go.mod file
	Tree bool // the files, extracted
	Zip  bool // the zip file, extracted or not
	Info bool // the .info file, which Tree needs in any case

	ExpectedHash    string // of the zip file, as go.sum has it; "" where nobody knows
	ExpectedModHash string // of the go.mod file, the same

	Certain  bool // the command fails without; of what go.sum names it needs only a part
	FromRoot bool // comes from GOROOT: it has no downloads
	Tool     bool // is a toolchain: no go.sum names it
}

// NoInfo reports whether only the files count: what is no module of the build list has no .info file.
func (a *Artifact) NoInfo() bool { return a.FromRoot || a.Tool }

// Of returns what a command needs for the project.
func Of(p gomod.Project, asked Asked) Need {
	n := Need{Trees: asked.Trees, Offline: asked.Offline, unknown: asked.More}
	if !p.Vendored || asked.NoVendor {
		n.Workspace, n.Infos, n.imports = p.Work != "", asked.Infos, asked.Imports
		compare := asked.Required || asked.Imports || asked.Graph || asked.Infos
		n.Artifacts, n.Unsummed = named(p, asked.Required, compare)
	}
	for _, arg := range asked.Versions {
		path, version, _ := strings.Cut(arg, "@")
		n.add(path, version, Artifact{Mod: true, Tree: true, Certain: true})
	}
	for i := range n.Artifacts {
		n.Artifacts[i].Zip = asked.Zips && n.Artifacts[i].Tree
	}
	n.unknown = n.unknown || asked.Programs && p.GeneratesVersion()
	if asked.Toolchain != "" { // its name is that of cmd/go/internal/toolchain.Exec
		version := "v0.0.1-" + asked.Toolchain + "." + runtime.GOOS + "-" + runtime.GOARCH
		n.add("golang.org/toolchain", version, Artifact{Tree: true, Certain: true, Tool: true})
	}
	if asked.FIPS != "" {
		n.add("golang.org/fips140", asked.FIPS, Artifact{Tree: true, Certain: true, FromRoot: true})
	}
	return n
}

func (n *Need) add(path, version string, a Artifact) {
	a.Version = module.Version{Path: path, Version: version}
	n.Artifacts = append(n.Artifacts, a)
}

// MayNeedMore reports whether the command may need more than Artifacts.
func (n Need) MayNeedMore() bool { return n.unknown || n.Unsummed || n.imports }

// Selects reports whether CompleteIn and CoveredBySum have to know the versions that the go command selects: see
// Select.
func (n Need) Selects() bool { return (n.Workspace || n.Infos) && !n.unknown && !n.Unsummed }

// named returns what the project's go.sum files name, except the project's own modules. required makes what its
// go.mod files require certain. unsummed says, if compare is set, that go.sum lacks a requirement.
func named(p gomod.Project, required, compare bool) (list []Artifact, unsummed bool) {
	var mains []string
	var requires []module.Version
	if compare || p.Work != "" {
		mains, requires = p.Requirements()
	}
	index := make(map[module.Version]int)
	for _, file := range p.SumFiles {
		data, err := fsinfo.ReadFile(file)
		if err != nil {
			continue
		}
		list = slices.Grow(list, bytes.Count(data, []byte("\n"))/2)
		for v, sum := range gomod.SumLines(string(data)) {
			if !slices.Contains(mains, v.Path) {
				list = merge(list, index, v, sum)
			}
		}
	}
	for _, v := range requires {
		i, ok := index[v]
		unsummed = unsummed || compare && !ok
		if ok && required {
			list[i].Tree, list[i].Certain = true, true
		}
	}
	return list, unsummed
}

// merge adds a line of go.sum to the list. index has the places of versions in it. Where lines contradict each
// other nobody knows which is right, and no hash is expected.
func merge(list []Artifact, index map[module.Version]int, v module.Version, sum string) []Artifact {
	var isMod bool
	v.Version, isMod = gomod.CutGoMod(v.Version)
	last := len(list) - 1 // unless the file was edited by hand, the line above is about the same version
	if last < 0 || list[last].Version != v {
		i, ok := index[v]
		if !ok {
			i = len(list)
			index[v] = i
			list = append(list, Artifact{Entry: modcache.Entry{Version: v}})
		}
		last = i
	}
	a := &list[last]
	switch {
	case isMod && (sum == gomod.EmptyGoMod || !strings.HasPrefix(sum, "h1:")): // the go command ignores the hash
		a.Mod = true
	case isMod && a.Mod && a.ExpectedModHash != sum:
		a.ExpectedModHash = ""
	case isMod:
		a.Mod, a.ExpectedModHash = true, sum
	case a.Tree && a.ExpectedHash != sum:
		a.ExpectedHash = ""
	default:
		a.Tree, a.ExpectedHash = true, sum
	}
	return list
}

// Select adds what is needed of the versions that the go command selects, which go.sum does not tell of a
// workspace and of what go list -m lists. graph is what go mod graph prints: on each line two of path@version,
// without @version for a module of the project. Of each module the highest version in it is selected
// (https://go.dev/ref/mod#minimal-version-selection).
func (n *Need) Select(graph string) {
	index := make(map[module.Version]int)
	read := make(map[string]bool) // go.sum names the files of a version
	for i, a := range n.Artifacts {
		index[a.Version] = i
		read[a.Path] = read[a.Path] || a.Tree
	}
	for path, version := range highest(graph) {
		i, ok := index[module.Version{Path: path, Version: version}]
		if !ok {
			i = len(n.Artifacts)
			n.add(path, version, Artifact{Mod: n.Workspace})
		}
		a := &n.Artifacts[i]
		a.Info = a.Info || n.Infos
		a.Tree = a.Tree || n.Workspace && read[path]
	}
}

// highest returns the highest version of each module in what go mod graph prints.
func highest(graph string) map[string]string {
	found := make(map[string]string)
	for word := range strings.FieldsSeq(graph) {
		path, version, _ := strings.Cut(word, "@")
		if semver.IsValid(version) && semver.Compare(found[path], version) < 0 { // go@1.21 is no module
			found[path] = version
		}
	}
	return found
}
