package rights

import (
	"errors"
	"io/fs"
	"os"
)

// look believes in the directory: who may write is for its ACL to say, which new entries inherit, and trying it would mean
// writing. What is there is therefore our own.
func look(dir string) facts {
	_, err := os.Stat(dir)
	return facts{there: !errors.Is(err, fs.ErrNotExist), readable: true, writable: true, owner: -1, uid: -1}
}

// ownerOf tells nothing: owners are no numbers on Windows.
func ownerOf(path string) int {
	return -1
}
