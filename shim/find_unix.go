//go:build unix

package shim

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// goNames are the file names of a go command.
var goNames = []string{"go"}

// usualDirs are searched last: the folders where the installer, distributions and package managers put go, and
// where a shell without PATH would look.
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

// notExecutable says why a file cannot be executed, "" if it can. It asks the system and not the mode bits,
// because an ACL or the rights of root may differ from them.
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

// changedArg returns "": scripts get their arguments as they are.
func changedArg(string, []string) string { return "" }
