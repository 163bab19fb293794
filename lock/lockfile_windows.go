package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/windows"
)

// A lockFile is an open file that is locked for a directory: LockFileEx locks only files. The lock is on its first
// byte. The other bytes, which the file need not have, are marks.
type lockFile struct {
	dir, path string
	file      windows.Handle
	held      []int64 // the bytes that are locked
	moment    int64   // the byte that closes the gate while this process waits; 0 before
}

// openLockFile opens the file that is locked for dir, and makes it if it is missing. It is in the directory, where all
// who may write to the directory may make it, and inherits the rights of the directory. Where a directory with an open
// file in it cannot be removed, it is beside it, if it can be made there. All processes must find the same file: one
// in the directory counts before one beside it, and isCurrent looks again when the lock is taken.
//
// The error is fs.ErrPermission if there is no file and this user may not write to the directory. Then nobody else has
// ever locked it.
func openLockFile(dir string, create, _ bool) (*lockFile, error) {
	return openOn(volumeFlags(dir), dir, create)
}

// openOn is openLockFile on a file system with these flags (GetVolumeInformation).
func openOn(flags uint32, dir string, create bool) (*lockFile, error) {
	if create {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	inside, beside := lockNames(dir)
	for _, name := range []string{inside, beside} {
		h, err := openFile(name, windows.OPEN_EXISTING)
		if !errors.Is(err, fs.ErrNotExist) {
			return opened(dir, name, h, err)
		}
	}
	var name string
	var h windows.Handle
	var err error
	for _, name = range newNames(dir, flags) {
		if h, err = openFile(name, windows.OPEN_ALWAYS); !errors.Is(err, fs.ErrPermission) {
			break
		}
	}
	if errors.Is(err, fs.ErrPermission) && !fsinfo.Writable(dir) {
		return nil, err
	}
	return opened(dir, name, h, err)
}

// newNames returns where a new file is made, and where else if it may not be made there. It must not keep a clean from
// removing the directory. Where a file that is removed while it is open loses its name at once, it is in the directory.
func newNames(dir string, flags uint32) []string {
	const posixUnlink = 0x400 // FILE_SUPPORTS_POSIX_UNLINK_RENAME in winnt.h; NTFS has it since Windows 10
	inside, beside := lockNames(dir)
	if flags&posixUnlink != 0 {
		return []string{inside}
	}
	return []string{beside, inside}
}

// lockNames returns the paths of the file in a directory, and of the one beside it.
func lockNames(dir string) (inside, beside string) {
	dir = filepath.Clean(dir)
	return filepath.Join(dir, fsinfo.LockName), dir + fsinfo.LockName
}

// opened returns what openLockFile returns for an open file, or for the reason why it could not be opened.
func opened(dir, name string, h windows.Handle, err error) (*lockFile, error) {
	if err == nil {
		return &lockFile{dir: dir, path: name, file: h}, nil
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, &RefusedError{File: name, Err: err}
	}
	return nil, err
}

// openFile opens a file, and no link or directory. Others may remove it while it is open. It opens it for writing if
// that is allowed: servers that are no Windows want that for an exclusive lock.
func openFile(name string, how uint32) (windows.Handle, error) {
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	const all = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	const flags = windows.FILE_ATTRIBUTE_NORMAL | windows.FILE_FLAG_OPEN_REPARSE_POINT
	h, err := windows.CreateFile(path, windows.GENERIC_READ|windows.GENERIC_WRITE, all, nil, how, flags, 0)
	if err == windows.ERROR_ACCESS_DENIED {
		h, err = windows.CreateFile(path, windows.GENERIC_READ, all, nil, how, flags, 0)
	}
	if err != nil {
		if fi, statErr := os.Lstat(name); statErr == nil && !fi.Mode().IsRegular() {
			return 0, notFile(name)
		}
		return 0, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	var info windows.ByHandleFileInformation
	err = windows.GetFileInformationByHandle(h, &info)
	if err == nil && info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		err = notFile(name)
	}
	if err != nil {
		windows.CloseHandle(h)
		return 0, err
	}
	return h, nil
}

// volumeFlags returns what the file system of a directory can do, 0 if that is not known.
func volumeFlags(dir string) (flags uint32) {
	volume := make([]uint16, windows.MAX_PATH+1)
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil || windows.GetVolumePathName(path, &volume[0], uint32(len(volume))) != nil {
		return 0
	}
	if windows.GetVolumeInformation(&volume[0], nil, 0, nil, nil, &flags, nil, 0) != nil {
		return 0
	}
	return flags
}

// lockExists reports whether openLockFile would make nothing.
func lockExists(dir string) bool {
	inside, beside := lockNames(dir)
	return fsinfo.IsDir(dir) && (fsinfo.Exists(inside) || fsinfo.Exists(beside))
}

// try takes the lock if it is free, and marks that it did.
func (l *lockFile) try(mode Mode) (ok bool, err error) {
	if ok, err = l.lockByte(0, mode); ok {
		l.held = append(l.held, 0)
		l.setMark(ownMark(mode, false))
	}
	return ok, err
}

// lockByte locks a byte of the file if it is free.
func (l *lockFile) lockByte(at int64, mode Mode) (ok bool, err error) {
	return l.lockBytes(at, 1, mode)
}

func (l *lockFile) unlockByte(at int64) { l.unlockBytes(at, 1) }

func (l *lockFile) lockBytes(at, length int64, mode Mode) (ok bool, err error) {
	var flags uint32 = windows.LOCKFILE_FAIL_IMMEDIATELY
	if mode == Exclusive {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err = windows.LockFileEx(l.file, flags, 0, uint32(length), 0, overlapped(at))
	if err == windows.ERROR_LOCK_VIOLATION || err == windows.ERROR_IO_PENDING {
		return false, nil
	}
	return err == nil, err
}

func (l *lockFile) unlockBytes(at, length int64) {
	windows.UnlockFileEx(l.file, 0, uint32(length), 0, overlapped(at))
}

func overlapped(at int64) *windows.Overlapped {
	return &windows.Overlapped{Offset: uint32(at), OffsetHigh: uint32(at >> 32)}
}

// isCurrent reports whether the paths still lead to the open file.
func (l *lockFile) isCurrent() bool {
	inside, _ := lockNames(l.dir)
	if !fsinfo.IsDir(l.dir) || l.path != inside && fsinfo.Exists(inside) {
		return false
	}
	h, err := openFile(l.path, windows.OPEN_EXISTING)
	if err != nil {
		return false
	}
	defer windows.CloseHandle(h)
	var open, named windows.ByHandleFileInformation
	return windows.GetFileInformationByHandle(l.file, &open) == nil &&
		windows.GetFileInformationByHandle(h, &named) == nil &&
		open.VolumeSerialNumber == named.VolumeSerialNumber &&
		open.FileIndexHigh == named.FileIndexHigh && open.FileIndexLow == named.FileIndexLow
}

// release gives back the lock and the marks. It unlocks before it closes: when the system does that at the end of a
// process is not said.
func (l *lockFile) release() {
	for _, at := range l.held {
		l.unlockByte(at)
	}
	windows.CloseHandle(l.file)
}

func noDirectoryLocks(error) bool { return false } // what is locked is a file already
