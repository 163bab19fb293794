package envfix

import (
	"os"
	"path/filepath"
	"strings"
)

// Version returns the Go version of the tree at goroot, "go1.26.3", or "".
func Version(goroot string) string {
	if goroot == "" {
		return ""
	}
	data, err := os.ReadFile(filepath.Join(goroot, "VERSION"))
	if err != nil {
		return ""
	}
	version, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(version)
}

// wrongRoot says why the go command of the tree at real fails with root, "" where it does not. Programs give it a
// tree of their own on purpose, whose sources it is to read. Only what compiles needs more than a directory: a tree
// with a compiler, which is of the go command's version.
func (r *resolver) wrongRoot(root, real string) string {
	if !isDir(root) || r.Compiles && !isDir(filepath.Join(root, "pkg", "tool")) {
		return root + " is not a Go tree"
	}
	have, want := Version(root), Version(real)
	if r.Compiles && have != want && have != "" && want != "" {
		return root + " is " + have + ", and the go command " + want
	}
	return ""
}

func isDir(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.IsDir()
}
