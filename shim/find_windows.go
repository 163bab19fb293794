package shim

import "io/fs"

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
