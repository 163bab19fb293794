package modcache

import (
	"go/build/constraint"
	"os"
	"path/filepath"
	"strings"
)

// A depth says how far imports are followed.
type depth int

const (
	sources  depth = iota // those of the project's sources
	packages              // and those of the packages that they lead to
	tests                 // and those of these packages' tests, with the packages that those lead to
)

// reaches reports whether the trees, and what the project has itself, provide all imports.
func (p *Project) reaches(trees []importTree, how depth) bool {
	r := &reach{trees: trees, found: make(map[string]bool)}
	for i, file := range p.files {
		if mod := parse(file); mod != nil {
			r.trees = append(r.trees, ownTrees(mod, p.roots[i])...)
		}
	}
	for _, root := range p.roots {
		if !allImports(root, r.add) {
			return false
		}
	}
	if how == sources {
		return true
	}
	if !r.follow(0) {
		return false
	}
	if how == packages {
		return true
	}
	tested := len(r.dirs)
	for _, dir := range r.dirs[:tested] {
		if !r.dirImports(dir, true) {
			return false
		}
	}
	return r.follow(tested)
}

// A reach is a walk along imports.
type reach struct {
	trees []importTree
	found map[string]bool // whether a package is provided
	dirs  []string        // of packages that are
}

// add reports whether an import is provided, and notes the package's directory.
func (r *reach) add(path string) bool {
	if _, known := r.found[path]; !known {
		dir := ""
		longest := -1
		for _, t := range r.trees {
			if len(t.path) > longest && t.provides(path) {
				dir, longest = t.dir+path[len(t.path):], len(t.path)
			}
		}
		r.found[path] = dir != "" || isStd(path)
		if dir != "" {
			r.dirs = append(r.dirs, dir)
		}
	}
	return r.found[path]
}

// follow adds what the packages from the first one on import, and what those import.
func (r *reach) follow(first int) bool {
	for i := first; i < len(r.dirs); i++ { // it grows
		if !r.dirImports(r.dirs[i], false) {
			return false
		}
	}
	return true
}

// dirImports adds what the package in dir imports, or its tests do, on any system.
func (r *reach) dirImports(dir string, tests bool) bool {
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		name := f.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") != tests || name[0] == '_' || name[0] == '.' {
			continue
		}
		src, err := readSource(filepath.Join(dir, name))
		if err != nil || !buildable(src) {
			continue
		}
		for path := range imports(src) {
			if !r.add(path) {
				return false
			}
		}
	}
	return true
}

// buildable reports whether the file may be part of a build, with whatever tags but ignore, as go mod tidy and go mod vendor
// have it (cmd/go/internal/imports.AnyTags).
func buildable(src []byte) bool {
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		switch {
		case constraint.IsGoBuild(line):
			x, err := constraint.Parse(line)
			return err != nil || satisfiable(x, true)
		case strings.HasPrefix(line, "package "):
			return true
		}
	}
	return true
}

// satisfiable is the expression's value where each tag has the value that is preferred.
func satisfiable(x constraint.Expr, prefer bool) bool {
	switch x := x.(type) {
	case *constraint.TagExpr:
		return prefer && x.Tag != "ignore"
	case *constraint.NotExpr:
		return !satisfiable(x.X, !prefer)
	case *constraint.AndExpr:
		return satisfiable(x.X, prefer) && satisfiable(x.Y, prefer)
	case *constraint.OrExpr:
		return satisfiable(x.X, prefer) || satisfiable(x.Y, prefer)
	}
	return true
}
