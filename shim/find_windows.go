package shim

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// goNames are the file names of a go command, in the order of the default PATHEXT.
var goNames = []string{"go.exe", "go.bat", "go.cmd"}

// usualDirs are searched last: the folders where the installer puts go.
var usualDirs = []string{`C:\Program Files\Go\bin`, `C:\Go\bin`}

// notExecutable says why a file cannot be executed, "" if it can. On Windows the extension of its name is
// enough.
func notExecutable(path string, fi fs.FileInfo) (why string) {
	if !fi.Mode().IsRegular() {
		return "not executable"
	}
	return ""
}

// changedArg returns the first argument that a batch file would not get as it is, "" if there is none. Windows runs
// such a file with cmd.exe, which takes these characters for its own, and would even run what stands behind an &
// (CVE-2024-24576 and others, "BatBadBut"). A quote is among them, because cmd.exe does not end a quoted part where
// programs end it.
func changedArg(path string, args []string) string {
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".bat" && ext != ".cmd" {
		return ""
	}
	i := slices.IndexFunc(args, func(arg string) bool { return strings.ContainsAny(arg, "\"%&|<>^!()\r\n") })
	if i < 0 {
		return ""
	}
	return args[i]
}
