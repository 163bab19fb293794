package envfix

import (
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// Version returns the Go version of the tree at goroot, "go1.26.3", or "".
func Version(goroot string) string {
	if goroot == "" {
		return ""
	}
	data, err := fsinfo.ReadFile(filepath.Join(goroot, "VERSION"))
	if err != nil {
		return ""
	}
	version, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(version)
}

// gorootUnusable says why the go command in the tree at real would fail with GOROOT set to root, "" if it would not.
// Some programs set GOROOT on purpose, to have the go command read the sources of another tree. So only a command
// that compiles needs more than a directory: a tree with a compiler of the go command's version.
func (r *resolver) gorootUnusable(root, real string) string {
	if !fsinfo.IsDir(root) || r.Compiles && !fsinfo.IsDir(filepath.Join(root, "pkg", "tool")) {
		return root + " is not a Go tree"
	}
	have, want := Version(root), Version(real)
	if r.Compiles && have != want && have != "" && want != "" {
		return root + " is " + have + ", and the go command " + want
	}
	return ""
}
