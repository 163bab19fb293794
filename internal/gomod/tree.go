package gomod

import (
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Tree is the folder of a main module, and what the pattern ./... leaves out of it.
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

// Ignores reports whether an ignore line of go.mod names the folder. A line that begins with ./ counts from the
// module's own folder, others at any depth (https://go.dev/ref/mod#go-mod-file-ignore).
func (t Tree) Ignores(dir string) bool {
	rel, err := filepath.Rel(t.Dir, dir)
	if err != nil {
		return false
	}
	rel = filepath.ToSlash(rel)
	for _, i := range t.ignores {
		top, isTop := strings.CutPrefix(i, "./")
		if isTop && top == rel || !isTop && (i == rel || strings.HasSuffix(rel, "/"+i)) {
			return true
		}
	}
	return false
}

// Skips reports whether the pattern ./... leaves out the folder at path and what is below it, because of its
// name or because it is a module of its own (go help packages). It does not look at ignore lines: see Tree.
func Skips(path string) bool {
	name := filepath.Base(path)
	return name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor" ||
		fsinfo.Exists(filepath.Join(path, "go.mod"))
}
