//go:build unix

package shim

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// goNames are the names under which a go command stands in a folder.
var goNames = []string{"go"}

// usualDirs are the last resort: where the installer, distributions and package managers put go, and where a shell
// without PATH would look.
var usualDirs = []string{
	"/usr/local/go/bin",
	"/usr/lib/go/bin",
	"/usr/lib/golang/bin",
	"/usr/local/bin",
	"/usr/bin",
	"/bin",
	"/opt/homebrew/bin",
	"/snap/bin",
}

// notExecutable returns why a file cannot be executed, "" if it can. It asks the system rather than the mode bits: an ACL or
// a read-only root may say otherwise.
func notExecutable(path string, fi fs.FileInfo) (why string) {
	if !fi.Mode().IsRegular() {
		return "not executable"
	}
	switch err := unix.Access(path, unix.X_OK); err {
	case nil:
		return ""
	case unix.EACCES:
		return "not executable"
	default:
		return err.Error()
	}
}
