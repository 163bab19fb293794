//go:build unix

package clean

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// move renames a file from one open directory to another. To move a directory the kernel wants the right to write
// to it, because its ".." changes: one that we may not write to, such as an extracted module, is made writable
// meanwhile.
func move(from int, name string, to int, as string) error {
	err := renameNew(from, name, to, as)
	if err != unix.EACCES && err != unix.EPERM {
		return err
	}
	fd, openErr := fsinfo.OpenSub(from, name)
	if openErr != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || unix.Fchmod(fd, uint32(st.Mode)&0o7777|0o200) != nil {
		return err
	}
	// If this fails, its owner may write to it. That is no reason not to put the rest back.
	defer unix.Fchmod(fd, uint32(st.Mode)&0o7777)
	return renameNew(from, name, to, as)
}

// renameNew renames a file, unless something has the new name.
func renameNew(from int, name string, to int, as string) error {
	var st unix.Stat_t
	switch err := unix.Fstatat(to, as, &st, unix.AT_SYMLINK_NOFOLLOW); err {
	case nil:
		return unix.EEXIST
	case unix.ENOENT:
		return unix.Renameat(from, name, to, as)
	default:
		return err
	}
}

// moveMissing moves what one module cache has and another lacks.
func moveMissing(from, to int) error {
	if _, err := unix.Seek(from, 0, 0); err != nil {
		return err
	}
	names, err := fsinfo.Names(from)
	if err != nil {
		return err
	}
	for _, name := range names {
		err := move(from, name, to, name)
		if errors.Is(err, fs.ErrExist) {
			err = moveMissingBelow(from, to, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moveMissingBelow is moveMissing for a directory that both have. An extracted module that is there, such as
// m@v1.0.0, is whole. The folder @v in cache/download is none.
func moveMissingBelow(from, to int, name string) error {
	if strings.Index(name, "@") > 0 {
		return nil
	}
	f, err := fsinfo.OpenSub(from, name)
	if err != nil {
		return nil // a file
	}
	defer unix.Close(f)
	t, err := fsinfo.OpenSub(to, name)
	if err != nil {
		return nil
	}
	defer unix.Close(t)
	return moveMissing(f, t)
}

func exists(dir int, name string) bool {
	var st unix.Stat_t
	return unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) != unix.ENOENT
}

// isFile reports whether a name in a directory is that of an open file.
func isFile(dir int, name string, fd int) bool {
	var a, b unix.Stat_t
	return unix.Fstatat(dir, name, &a, unix.AT_SYMLINK_NOFOLLOW) == nil && unix.Fstat(fd, &b) == nil &&
		a.Dev == b.Dev && a.Ino == b.Ino
}
