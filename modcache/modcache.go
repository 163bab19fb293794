// Package modcache tells what is in a module cache, without running go: whether it holds every module that the main module
// names, whether that asks for another toolchain, and which entries are damaged. Heal gets back what is damaged, and
// touches nothing else.
//
// It reads go.mod, go.sum and go.work as they are. What it cannot read asks for nothing, for the go command
// will say what is wrong with it.
package modcache

import (
	"go/version"
	"os"
	pathpkg "path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// A Project is the main module, or the workspace, that a command in some directory works on.
type Project struct {
	sums     []string // files of the form of go.sum
	wants    []string // versions in the go and toolchain lines: "go1.26.3"
	vendored bool     // has a vendor directory, which the go command then reads instead of the cache
}

// Find returns the project around dir. gowork is the value of GOWORK: off, a file, or auto or "" to look for one.
func Find(dir, gowork string) Project {
	root := around(dir, "go.mod")
	if gowork == "" || gowork == "auto" {
		gowork = ""
		if dir := around(dir, "go.work"); dir != "" {
			gowork = filepath.Join(dir, "go.work")
		}
	}
	if gowork != "" && gowork != "off" {
		return workspace(gowork)
	}
	if root == "" {
		return Project{}
	}
	return Project{
		sums:     []string{filepath.Join(root, "go.sum")},
		wants:    wantsOf(filepath.Join(root, "go.mod")),
		vendored: exists(filepath.Join(root, "vendor", "modules.txt")),
	}
}

// workspace returns the project of a go.work file.
func workspace(file string) Project {
	root := filepath.Dir(file)
	p := Project{sums: []string{file + ".sum"}, vendored: exists(filepath.Join(root, "vendor", "modules.txt"))}
	data, err := os.ReadFile(file)
	if err != nil {
		return p
	}
	work, err := modfile.ParseWork(file, data, nil)
	if err != nil {
		return p
	}
	for _, use := range work.Use {
		dir := filepath.FromSlash(use.Path)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(root, dir)
		}
		p.sums = append(p.sums, filepath.Join(dir, "go.sum"))
	}
	p.wants = lines(work.Go, work.Toolchain)
	return p
}

// HeldBy reports whether the module cache holds all modules that the project's go.sum files name: true means
// that a build needs nothing else, false that it may, for go.sum names more than a build needs.
func (p Project) HeldBy(cache string) bool {
	if p.vendored {
		return true
	}
	for _, sum := range p.sums {
		data, err := os.ReadFile(sum)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if f := strings.Fields(line); len(f) == 3 && !holds(cache, f[0], f[1]) {
				return false
			}
		}
	}
	return true
}

// Holds reports whether the cache holds the module of an argument path@version, where path is that of a package in it.
// What is no version but has to be looked up (latest, a branch) it does not hold.
func Holds(cache, arg string) bool {
	path, version, _ := strings.Cut(arg, "@")
	for ; path != "." && path != "/"; path = pathpkg.Dir(path) {
		if semver.IsValid(version) && holds(cache, path, version) {
			return true
		}
	}
	return false
}

// holds reports whether the cache has what a line of go.sum is about: the go.mod file alone, or the
// extracted module.
func holds(cache, path, version string) bool {
	version, modOnly := strings.CutSuffix(version, "/go.mod")
	path, err := module.EscapePath(path)
	if err != nil {
		return true
	}
	version, err = module.EscapeVersion(version)
	if err != nil {
		return true
	}
	if modOnly {
		return exists(filepath.Join(cache, "cache", "download", path, "@v", version+".mod"))
	}
	return exists(filepath.Join(cache, path+"@"+version))
}

// Switches reports whether a go command of version have ("go1.26.3") will run another toolchain for the project,
// with gotoolchain as the value of GOTOOLCHAIN (https://go.dev/doc/toolchain).
func (p Project) Switches(have, gotoolchain string) bool {
	name, mode, _ := strings.Cut(gotoolchain, "+")
	if name == "auto" || name == "path" {
		name, mode = "", name
	}
	if name == "local" {
		name = have
	}
	if name != "" && name != have {
		return true
	}
	if mode != "auto" && gotoolchain != "" {
		return false
	}
	for _, want := range p.wants {
		if version.Compare(want, have) > 0 {
			return true
		}
	}
	return false
}

// wantsOf returns the versions that a go.mod file names.
func wantsOf(file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return nil
	}
	return lines(mod.Go, mod.Toolchain)
}

// lines returns the versions that the two lines name.
func lines(g *modfile.Go, t *modfile.Toolchain) []string {
	var versions []string
	if g != nil {
		versions = append(versions, "go"+g.Version)
	}
	if t != nil {
		versions = append(versions, t.Name)
	}
	return versions
}

// around returns the nearest folder, dir or one above it, that has the file; "" where none has.
func around(dir, file string) string {
	for {
		if fi, err := os.Stat(filepath.Join(dir, file)); err == nil && !fi.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// exists reports whether something is at path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
