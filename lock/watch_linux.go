package lock

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// A blocked is a process that waits in flock(2), and for what.
type blocked struct {
	pid   int
	inode inode
}

// blockedChild finds a child of this process that waits. What the child starts may lock files as it likes, and is
// not the go command's to explain.
func blockedChild() blocked {
	data, err := os.ReadFile("/proc/locks")
	if err != nil || !bytes.Contains(data, []byte("->")) {
		return blocked{}
	}
	self := strconv.Itoa(os.Getpid())
	for line := range bytes.Lines(data) {
		l, ok := parseLock(string(line))
		if !ok || !l.blocked || l.class != "FLOCK" {
			continue
		}
		if f := stat(l.pid); len(f) > 1 && f[1] == self {
			return blocked{l.pid, l.inode}
		}
	}
	return blocked{}
}

// path is the name by which the child opened the file, "" where that is hidden.
func (b blocked) path() string {
	fds, _ := filepath.Glob("/proc/" + strconv.Itoa(b.pid) + "/fd/*")
	for _, fd := range fds {
		if inodeOf(fd).number == b.inode.number {
			name, _ := os.Readlink(fd)
			return name
		}
	}
	return ""
}

// holders are those that hold the lock.
func (b blocked) holders() []Process {
	data, _ := os.ReadFile("/proc/locks")
	var entries []entry
	for line := range bytes.Lines(data) {
		if l, ok := parseLock(string(line)); ok && !l.blocked && l.class == "FLOCK" && l.inode == b.inode {
			entries = append(entries, entry{l.pid, l.mode, false})
		}
	}
	return describe(entries)
}
