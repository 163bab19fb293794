package bindir

import (
	"os"

	"golang.org/x/sys/windows"
)

// copies reports whether files can be made in target. There the go command always copies, because a file that is
// renamed keeps the rights of the folder in which it was made (golang.org/issue/22343). If they cannot be made, the
// go command's own way makes it say why.
func copies(target, tmp, cache string) bool {
	f, err := openDir(target, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, 0)
	f.Close()
	return err == nil
}

// openTarget opens the directory.
func openTarget(target, tmp string) (*os.Root, error) { return os.OpenRoot(target) }
