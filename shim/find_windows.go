package shim

import "io/fs"

// goNames are the names under which a go command stands in a folder, in the order of the default PATHEXT.
var goNames = []string{"go.exe", "go.bat", "go.cmd"}

// usualDirs are the last resort: where the installer puts go.
var usualDirs = []string{`C:\Program Files\Go\bin`, `C:\Go\bin`}

// notExecutable returns why a file cannot be executed, "" if it can: on Windows the name's extension is enough.
func notExecutable(path string, fi fs.FileInfo) (why string) {
	if !fi.Mode().IsRegular() {
		return "not executable"
	}
	return ""
}
