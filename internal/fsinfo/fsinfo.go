// Package fsinfo is the ground floor for files. It tells facts of files and mounts, what the kernel allows, and who
// could have changed the way to a directory. And it opens the directories that go-safe changes as root.
//
// A path says nothing about what it will name a moment later. So OpenDir goes to a directory element by element and
// looks at each element by its descriptor. Whoever changes something below goes on from the descriptor and never
// uses the path again.
package fsinfo

import (
	"errors"
	"fmt"
)

// ErrReplaced says that a name does not lead to the file any more that was looked at.
var ErrReplaced = errors.New("was replaced while it was looked at")

// A Receiver is for whom root acts: the users who get the files or own the cache, and the groups that share the
// cache. The zero value is only root.
type Receiver struct {
	UIDs []int
	GIDs []int
}

// A WayError says why root leaves a directory alone: somebody except root and the receiver could have led the way
// to it elsewhere.
type WayError struct {
	Dir     string // the path by which it was opened
	Element string // the directory or link on the way that is to blame
	Owner   int    // uid of the element's owner
	Why     string // follows Element
	Run     string // a command line that removes the cause, "" where Why says what to do
}

func (e *WayError) Error() string {
	text := fmt.Sprintf("%s is left alone: %s %s", e.Dir, e.Element, e.Why)
	if e.Run != "" {
		text += "; run: " + e.Run
	}
	return text
}

// Keeps returns nil if what this process makes in a directory stays there. For root that means: only root could
// have led the way to the directory elsewhere, and only root can rename in it. The error is a *WayError or a
// *fs.PathError.
func CheckKept(dir string) error {
	d, err := OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.CheckParent(Receiver{})
}
