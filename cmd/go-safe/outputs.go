package main

import (
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// projectPlaces are those in the user's project where root makes something for him: where that is closed to the user his next
// go command fails of it. What programs make there, and not the go command, is theirs.
func (c *command) projectPlaces() []rights.Place {
	var list []rights.Place
	made := shim.OutputsOf(c.args, c.settings.Get("GOFLAGS").Value)
	if c.class.Writes&shim.ModCache != 0 {
		for _, file := range c.project().SumFiles() {
			names := []string{filepath.Base(file)}
			if made.Vendor {
				names = append(names, "vendor")
			}
			list = append(list, rights.Place{Dir: filepath.Dir(file), Files: names})
		}
	}
	dir := c.dir()
	if made.Work {
		file := "go.work"
		if gowork := c.settings.Get("GOWORK").Value; filepath.IsAbs(gowork) {
			file = gowork
		}
		made.Files = append(made.Files, file, file+".sum")
	}
	for _, file := range append(made.Files, binaries(dir, made)...) {
		p := onlyFile(within(dir, file))
		if last := len(list) - 1; last >= 0 && list[last].Dir == p.Dir { // each place is opened
			list[last].Files = append(list[last].Files, p.Files...)
			continue
		}
		list = append(list, p)
	}
	return list
}

// binaries are the names that the binaries of packages may have.
func binaries(dir string, made shim.Outputs) []string {
	into := ""
	if made.Binary != "" {
		if !strings.HasSuffix(made.Binary, "/") && !isDir(within(dir, made.Binary)) {
			return made.Beside(made.Binary)
		}
		into = made.Binary
	}
	var list []string
	add := func(name string) {
		for _, file := range made.Names(name) {
			list = append(list, filepath.Join(into, file))
		}
	}
	for _, pkg := range made.Packages {
		if below, _, pattern := strings.Cut(pkg, "..."); pattern && isLocal(below) {
			if foreign(within(dir, into)) { // it is a walk over the sources
				for name := range modcache.Programs(filepath.Join(dir, filepath.Dir(below+"x"))) {
					add(name)
				}
			}
			continue
		}
		pkg = strings.TrimSuffix(pkg, "/...")
		name, isFile := strings.CutSuffix(filepath.Base(pkg), ".go")
		if !isFile {
			name = modcache.Program(pkg)
			if isLocal(pkg) {
				name = modcache.Program(filepath.Join(dir, pkg))
			}
		}
		add(name)
	}
	return list
}

// isLocal reports whether a package or pattern is a path (go help packages).
func isLocal(pkg string) bool {
	return pkg == "." || strings.HasPrefix(pkg, "./") || strings.HasPrefix(pkg, "../")
}

// foreign reports whether the directory, or the nearest one above it that is there, may be another user's than root's.
func foreign(dir string) bool {
	for !isDir(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	return rights.Of(dir).Policy != rights.Own
}

// within is file, seen from dir.
func within(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}
