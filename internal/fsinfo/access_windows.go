package fsinfo

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Readable reports whether this process can list a directory. It opens the directory, because nothing else
// evaluates its ACL.
func Readable(dir string) bool { return Opens(dir, windows.FILE_LIST_DIRECTORY) }

// Writable reports whether this process can make entries in a directory. It writes nothing.
func Writable(dir string) bool { return Opens(dir, windows.FILE_WRITE_DATA|windows.FILE_APPEND_DATA) }

// Opens reports whether a file or directory can be opened with that access. A sharing violation counts as yes: it
// only means that another process has it open.
func Opens(path string, access uint32) bool {
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
