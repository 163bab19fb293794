package envfix

import (
	"errors"
	"io/fs"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// user names the user in messages.
func user() string {
	return os.Getenv("USERNAME")
}

// ownerOf tells nothing: owners are no numbers on Windows.
func ownerOf(fi fs.FileInfo) int {
	return -1
}

// groupOf tells nothing either.
func groupOf(fi fs.FileInfo) int {
	return -1
}

// deviceOf tells nothing.
func deviceOf(fi fs.FileInfo) uint64 {
	return 0
}

// writable and readable try it: that alone judges an ACL. Nothing is written.
func writable(dir string) bool { return opens(dir, windows.FILE_WRITE_DATA|windows.FILE_APPEND_DATA) }
func readable(dir string) bool { return opens(dir, windows.FILE_LIST_DIRECTORY) }

// legible and modifiable are readable and writable for files.
func legible(file string) bool    { return opens(file, windows.FILE_READ_DATA) }
func modifiable(file string) bool { return opens(file, windows.FILE_WRITE_DATA) }

// opens reports whether something can be opened for that, or could be if nobody else had it open.
func opens(path string, access uint32) bool {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false
	}
	const all = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, access, all, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return errors.Is(err, windows.ERROR_SHARING_VIOLATION)
	}
	windows.CloseHandle(h)
	return true
}

// volumeOf knows of no limits.
func volumeOf(path string) volume {
	return volume{bytes: math.MaxUint64, files: math.MaxUint64}
}
