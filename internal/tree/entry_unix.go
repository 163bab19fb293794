//go:build unix

package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// An Entry is what is known of a file or directory when it is judged.
type Entry struct {
	Mode     fs.FileMode // fs.ModeIrregular for all that is neither a regular file nor a directory
	UID, GID int
	Links    uint64
	Size     int64
	Device   uint64
	Inode    uint64
	Mount    uint64    // that it was reached through; the device where the system does not tell
	Born     time.Time // zero where the file system does not tell
	Written  time.Time
	Changed  time.Time // of the inode: nobody can set it
}

// Now returns the time that files made from here on are not older than, by the clock of the file systems.
func Now() time.Time { return now() }

// openEntry opens an entry of a directory, and no link. A FIFO does not block. A device or socket was found by Look
// before and is not opened; an attacker who swaps entries can make no devices.
func openEntry(dirfd int, name string) (int, error) {
	return fsinfo.Retry(func() (int, error) {
		return unix.Openat(dirfd, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	})
}

// Rewind lets an open directory be listed again.
func Rewind(fd int) error {
	_, err := unix.Seek(fd, 0, 0)
	return err
}

// Failed reports whether an error says that the system could not look. An entry that does not exist, is closed to
// us or of another kind was looked at.
func Failed(err error) bool {
	var way *fsinfo.WayError
	if errors.As(err, &way) {
		return false
	}
	for _, seen := range []error{
		fs.ErrNotExist, fs.ErrPermission, fsinfo.ErrReplaced, errUnreadable, unix.ENOTDIR, unix.ELOOP, unix.ENXIO,
	} {
		if errors.Is(err, seen) {
			return false
		}
	}
	return err != nil
}

// works reports whether we have the rights on an entry that needs asks for its owner.
func works(dirfd int, name string, needs fs.FileMode) bool {
	return unix.Faccessat(dirfd, name, uint32(needs>>6), unix.AT_EACCESS|unix.AT_SYMLINK_NOFOLLOW) == nil
}

// moveAside renames an entry to a free name in the same directory.
func moveAside(dirfd int, name string) error {
	for i := 0; ; i++ {
		aside := name + fsinfo.ForeignSuffix
		if i > 0 {
			aside = fmt.Sprintf("%s.%d", aside, i)
		}
		if _, err := Look(dirfd, aside); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return unix.Renameat(dirfd, name, dirfd, aside)
	}
}
