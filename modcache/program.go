package modcache

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Program returns what the go command calls the binary of a package, an import path or an absolute directory
// (cmd/go/internal/load.Package.DefaultExecName).
func Program(pkg string) string {
	if filepath.IsAbs(pkg) {
		data, _ := os.ReadFile(filepath.Join(pkg, "go.mod"))
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
