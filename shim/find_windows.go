package shim

import "io/fs"

// goNames are the names under which a go command stands in a folder, in the order of the default PATHEXT.
var goNames = []string{"go.exe", "go.bat", "go.cmd"}

// usualDirs are the last resort: where the installer puts go.
var usualDirs = []string{`C:\Program Files\Go\bin`, `C:\Go\bin`}

// executable needs no more than the name's extension on Windows.
func executable(path string, fi fs.FileInfo) bool {
	return fi.Mode().IsRegular()
}
