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

// wrongRoot says why the go command of the tree at real cannot work with root, "" where it can.
func wrongRoot(root, real string) string {
	fi, err := os.Stat(filepath.Join(root, "pkg", "tool"))
	if err != nil || !fi.IsDir() {
		return root + " is not a Go tree"
	}
	have, want := Version(root), Version(real)
	if have != want && have != "" && want != "" {
		return root + " is " + have + ", and the go command " + want
	}
	return ""
}
