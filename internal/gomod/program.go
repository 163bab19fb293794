package gomod

import (
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Program returns what the go command calls the binary of a package, which is an import path or an absolute directory
// (cmd/go/internal/load.Package.DefaultExecName).
func Program(pkg string) string {
	if filepath.IsAbs(pkg) {
		data, _ := fsinfo.ReadFile(filepath.Join(pkg, "go.mod"))
		if name := modfile.ModulePath(data); name != "" {
			pkg = name
		}
	}
	pkg = filepath.ToSlash(pkg)
	if prefix, major, ok := module.SplitPathVersion(pkg); ok && strings.HasPrefix(major, "/") {
		pkg = prefix
	}
	return path.Base(pkg)
}

// Programs yields what the go command may call the binaries of the packages that the pattern dir/... means.
func Programs(dir string) iter.Seq[string] {
	return func(yield func(string) bool) {
		last := ""
		filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			switch at := filepath.Dir(file); {
			case err != nil:
				return nil
			case d.IsDir() && file != dir && Skips(file):
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(file, ".go") || at == last:
				return nil
			case !yield(Program(at)):
				return fs.SkipAll
			default:
				last = at
				return nil
			}
		})
	}
}
