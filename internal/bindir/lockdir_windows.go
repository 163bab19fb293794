package bindir

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// lockDir locks a folder until the file is closed or this process ends, however that happens. It does not wait. It
// opens the folder for writing and lets nobody else do so, which others need neither to read it nor to make files
// in it.
func lockDir(dir string) (*os.File, error) {
	return openDir(dir, windows.FILE_SHARE_READ|windows.FILE_SHARE_DELETE, windows.FILE_FLAG_OPEN_REPARSE_POINT)
}

// isLocked reports whether an error of lockDir says that another process has locked the folder.
func isLocked(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION)
}

// openDir opens a directory with the right to make files in it.
func openDir(dir string, share, flags uint32) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return nil, err
	}
	flags |= windows.FILE_FLAG_BACKUP_SEMANTICS // without which it opens only files
	h, err := windows.CreateFile(name, windows.FILE_WRITE_DATA, share, nil, windows.OPEN_EXISTING, flags, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	return os.NewFile(uintptr(h), dir), nil
}
