package modcache

import (
	"path/filepath"
	"strings"
)

// Wants returns the version in the project's go line, such as go1.26.3, which no older go command takes; "" where there is none.
func (p Project) Wants() string { return p.goLine }

// A Tree is the folder of a main module and what of it ./... leaves out.
type Tree struct {
	Dir     string // "" where there is no module
	ignores []string
}

// FindTree returns the main module around dir.
func FindTree(dir string) Tree {
	t := Tree{Dir: around(dir, "go.mod")}
	if t.Dir == "" {
		return t
	}
	mod := parse(filepath.Join(t.Dir, "go.mod"))
	if mod == nil {
		return t
	}
	for _, i := range mod.Ignore {
		t.ignores = append(t.ignores, i.Path)
	}
	return t
}

// Ignores reports whether an ignore line names the folder: ./path from the module's own, path at any depth (go.dev/ref/mod#go-mod-file-ignore).
func (t Tree) Ignores(dir string) bool {
	rel, err := filepath.Rel(t.Dir, dir)
	if err != nil {
		return false
	}
	rel = filepath.ToSlash(rel)
	for _, i := range t.ignores {
		if here, ok := strings.CutPrefix(i, "./"); ok && here == rel || !ok && (i == rel || strings.HasSuffix(rel, "/"+i)) {
			return true
		}
	}
	return false
}
