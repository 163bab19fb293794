package modcache

import (
	"bytes"
	"go/scanner"
	"go/token"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// importsHeldBy reports whether each import in the project's sources, whatever the build tags, is provided by one of the
// modules that go.sum names, and there; withTests also those of the packages that they lead to, and of the tests of these.
func (p *Project) importsHeldBy(s store, parts []part, withTests bool) bool {
	var trees []importTree
	for i := range parts {
		if parts[i].tree {
			trees = append(trees, importTree{parts[i].Path, s.path(s.tree(&parts[i]))})
		}
	}
	if withTests {
		return p.reaches(trees, tests)
	}
	return p.reaches(trees, sources)
}

// An importTree is a directory with the packages of a module.
type importTree struct{ path, dir string }

// ownTrees are the module itself, in root, and the directories that stand for others.
func ownTrees(mod *modfile.File, root string) []importTree {
	var trees []importTree
	if mod.Module != nil {
		trees = append(trees, importTree{mod.Module.Mod.Path, root})
	}
	for _, r := range mod.Replace {
		switch {
		case r.New.Version != "":
		case filepath.IsAbs(r.New.Path):
			trees = append(trees, importTree{r.Old.Path, r.New.Path})
		default:
			trees = append(trees, importTree{r.Old.Path, filepath.Join(root, r.New.Path)})
		}
	}
	return trees
}

// provides reports whether the package is in the tree, as far as a look at its directory tells.
func (t importTree) provides(pkg string) bool {
	rest, ok := strings.CutPrefix(pkg, t.path)
	return ok && (rest == "" || rest[0] == '/') && exists(t.dir+rest)
}

// isStd reports whether an import path is one of the standard library, or of cgo: no domain has such a name.
func isStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// allImports reports whether ok holds for all imports of the module in dir.
func allImports(dir string, ok func(path string) bool) bool {
	return allSources(dir, func(src []byte) bool {
		for path := range imports(src) {
			if !ok(path) {
				return false
			}
		}
		return true
	})
}

// generatesMore reports whether a go:generate line of the project names something by version, as in go run tool@v1.0.0. What other
// programs that such lines run ask of the cache nobody knows; mostly it is nothing.
func (p Project) generatesMore() bool {
	return slices.ContainsFunc(p.roots, func(root string) bool {
		return !allSources(root, func(src []byte) bool { return !generatesVersion(src) })
	})
}

// generatesVersion reports whether the source has such a line. They begin in the first column (go help generate).
func generatesVersion(src []byte) bool {
	for line := range bytes.Lines(src) {
		if bytes.HasPrefix(line, []byte("//go:generate")) && bytes.ContainsRune(line, '@') {
			return true
		}
	}
	return false
}

// allSources reports whether ok holds for all Go files of the module in dir.
func allSources(dir string, ok func(src []byte) bool) bool {
	return nil == filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // the go command will say
		case d.IsDir() && path != dir && Skips(path):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		src, err := readSource(path)
		if err != nil {
			return nil
		}
		if !ok(src) {
			return os.ErrNotExist
		}
		return nil
	})
}

// imports yields the paths that a Go file imports, in front of all else in it. (go/parser would do the same, and cost every start
// of the program its initialisation.)
func imports(src []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		var s scanner.Scanner
		s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
		for {
			_, tok, lit := s.Scan()
			switch tok {
			case token.STRING:
				if path, err := strconv.Unquote(lit); err == nil && !yield(path) {
					return
				}
			case token.EOF, token.CONST, token.FUNC, token.TYPE, token.VAR:
				return
			}
		}
	}
}

// Skips reports whether the pattern ./... leaves out the folder at path, and what is below it: by its name, or because it is a module of its
// own (go help packages). What a go.mod file ignores is not looked for.
func Skips(path string) bool {
	name := filepath.Base(path)
	return name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor" || exists(filepath.Join(path, "go.mod"))
}
