package bindir

import (
	"os"

	"golang.org/x/sys/windows"
)

// copies reports whether files can be made in target: there the go command copies them always, for a file that is renamed
// keeps the rights of the folder it was made in (golang.org/issue/22343). Where they cannot be made its own way shows
// what it says of it.
func copies(target, tmp, cache string) bool {
	f, err := openDir(target, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, 0)
	f.Close()
	return err == nil
}

// openTarget opens the directory.
func openTarget(target, tmp string) (*os.Root, error) { return os.OpenRoot(target) }
