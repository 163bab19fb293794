//go:build unix

package lock

import (
	"os"

	"golang.org/x/sys/unix"
)

// A mark lets others see that this process waits: a read lock of fcntl(2) on one byte of the directory, which
// excludes nobody, shows the process's pid in /proc/locks and ends with the process. The byte is the mode.
type mark struct {
	dir *os.File
}

// newMark sets a mark. It is lost with any descriptor of the same inode that this process closes (fcntl(2)), and where it
// cannot be set nobody sees it.
func newMark(dir string, mode Mode) *mark {
	f, err := os.Open(dir)
	if err == nil {
		unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK, Start: int64(mode), Len: 1})
	}
	return &mark{f}
}

// remove takes the mark away.
func (m *mark) remove() {
	if m != nil {
		m.dir.Close()
	}
}

// changeAwaited reports whether another process has set the mark of a change. A directory that cannot be asked has none.
func changeAwaited(dir string) bool {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	q := unix.Flock_t{Type: unix.F_WRLCK, Start: int64(Exclusive), Len: 1}
	return unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &q) == nil && q.Type != unix.F_UNLCK
}
