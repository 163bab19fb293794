//go:build unix

package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// An entry is what is known of a file or directory when it is judged.
type entry struct {
	mode     fs.FileMode
	uid, gid int
	links    uint64
	size     int64
	device   uint64
	inode    uint64
	mount    uint64    // that it is reached through; the device where the system does not tell
	born     time.Time // zero where the file system does not tell
	written  time.Time
	changed  time.Time // of the inode: nobody can set it
}

// fileMode is the mode of the system as package fs has it.
func fileMode(m uint32) fs.FileMode {
	mode := fs.FileMode(m & 0o777)
	if m&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if m&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if m&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	switch m & unix.S_IFMT {
	case unix.S_IFREG:
		return mode
	case unix.S_IFDIR:
		return mode | fs.ModeDir
	}
	return mode | fs.ModeIrregular
}

// systemMode is the inverse, without the type.
func systemMode(mode fs.FileMode) uint32 {
	m := uint32(mode.Perm())
	if mode&fs.ModeSetuid != 0 {
		m |= unix.S_ISUID
	}
	if mode&fs.ModeSetgid != 0 {
		m |= unix.S_ISGID
	}
	if mode&fs.ModeSticky != 0 {
		m |= unix.S_ISVTX
	}
	return m
}

// openEntry opens an entry of a directory, not through a link. A FIFO does not block, a device or socket is not opened
// once it is known for one: who may swap entries can make no devices.
func openEntry(dirfd int, name string) (int, error) {
	return retry(func() (int, error) {
		return unix.Openat(dirfd, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	})
}

// openSub opens a directory in another one, and nothing else.
func openSub(dirfd int, name string) (int, error) { return fsinfo.OpenSub(dirfd, name) }

// openDir opens a directory by its path, unless that is a link.
func openDir(path string) (int, error) { return fsinfo.OpenSub(unix.AT_FDCWD, path) }

// retry repeats what a signal interrupted.
func retry(open func() (int, error)) (int, error) {
	for {
		fd, err := open()
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// names lists an open directory, once; rewind lets it be listed again.
func names(fd int) ([]string, error) { return fsinfo.Names(fd) }

func rewind(fd int) error {
	_, err := unix.Seek(fd, 0, 0)
	return err
}

// works reports whether we have rights on an entry that its owner would have by the last digit but two of a mode.
func works(dirfd int, name string, needs fs.FileMode) bool {
	return unix.Faccessat(dirfd, name, uint32(needs>>6), unix.AT_EACCESS|unix.AT_SYMLINK_NOFOLLOW) == nil
}

// moveAside renames an entry to a name beside it that is free.
func moveAside(dirfd int, name string) error {
	for i := 0; ; i++ {
		aside := name + asideSuffix
		if i > 0 {
			aside = fmt.Sprintf("%s.%d", aside, i)
		}
		if _, err := lookAt(dirfd, aside); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return unix.Renameat(dirfd, name, dirfd, aside)
	}
}
