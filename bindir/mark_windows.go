package bindir

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// hold marks a folder of ours as used until the file is closed, or this process ends, however that happens: nobody else can open
// it for writing, which reading it and making files in it do not need.
func hold(dir string) (*os.File, error) {
	return openDir(dir, windows.FILE_SHARE_READ|windows.FILE_SHARE_DELETE, windows.FILE_FLAG_OPEN_REPARSE_POINT)
}

// isHeld reports whether an error of hold says that somebody else holds the folder.
func isHeld(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION)
}

// openDir opens a directory with the right to make files in it.
func openDir(dir string, share, flags uint32) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return nil, err
	}
	flags |= windows.FILE_FLAG_BACKUP_SEMANTICS // else it opens files alone
	h, err := windows.CreateFile(name, windows.FILE_WRITE_DATA, share, nil, windows.OPEN_EXISTING, flags, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	return os.NewFile(uintptr(h), dir), nil
}
