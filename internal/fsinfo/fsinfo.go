// Package fsinfo is the ground floor for files: it opens the directories that go-safe changes as root, and tells who could have
// redirected the way to them.
//
// A path says nothing about what it will name a moment later. So the way to a directory is opened element by element, each element
// is judged on its descriptor, and whoever changes something below goes on from the descriptor and never opens the path again.
package fsinfo

import (
	"errors"
	"fmt"
)

// ErrReplaced says that a file is not the one any more that was looked at.
var ErrReplaced = errors.New("was replaced while it was looked at")

// A Receiver is for whom root acts: the uid that files are given to, or the cache's owner, and the groups that share the cache.
// The zero value is root alone.
type Receiver struct {
	UIDs []int
	GIDs []int
}

// A WayError says why a directory is left alone: somebody else than root and the receiver could have redirected the way to it.
type WayError struct {
	Dir     string // as it was named
	Element string // the directory or link on the way that is to blame
	Owner   int    // uid of the element's owner
	Why     string // follows Element
	Run     string // a command line that removes the cause, "" where Why says what to do
}

func (e *WayError) Error() string {
	text := fmt.Sprintf("%s is left alone: %s %s", e.Dir, e.Element, e.Why)
	if e.Run != "" {
		text += "; type: " + e.Run
	}
	return text
}

// Keeps returns nil if what this process makes in the directory stays where it is: for root, only root could have
// redirected the way to it or can rename in it. The error is a *WayError or a *fs.PathError.
func Keeps(dir string) error {
	d, err := OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.CheckParent(Receiver{})
}
