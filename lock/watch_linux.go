package lock

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-safe/go-safe/internal/proc"
)

// A blockedChild is a child of this process that waits in flock(2); the zero value is none.
type blockedChild struct {
	pid   int
	inode inode // of the file that it waits for
}

// findBlockedChild looks for such a child. Only children count, and not those below: what the go command starts may
// lock files as it likes.
func findBlockedChild() blockedChild {
	for l := range procLocks() {
		if l.blocked && l.class == "FLOCK" && proc.Parent(l.pid) == os.Getpid() {
			return blockedChild{l.pid, l.inode}
		}
	}
	return blockedChild{}
}

// path returns the name by which the child opened the file, "" where it is hidden.
func (b blockedChild) path() string {
	fds, _ := filepath.Glob("/proc/" + strconv.Itoa(b.pid) + "/fd/*")
	for _, fd := range fds {
		if inodeOf(fd).number == b.inode.number {
			name, _ := os.Readlink(fd)
			return name
		}
	}
	return ""
}

// holders returns the processes that hold the lock.
func (b blockedChild) holders() []Process {
	var entries []entry
	for l := range procLocks() {
		if !l.blocked && l.class == "FLOCK" && l.inode == b.inode {
			entries = append(entries, entry{l.pid, l.mode, false})
		}
	}
	return describe(entries)
}
