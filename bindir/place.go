package bindir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// What the go command does not replace, in its words.
var (
	errDirectory = errors.New("already exists and is a directory")
	errNoObject  = errors.New("already exists and is not an object file")
)

// tempMark is in the name of each file that is on its way into the target directory, ".NAME.go-safe-DIGITS".
const tempMark = ".go-safe-"

// Place puts the named files of the stage into the target directory, with the mode and the group that the go command would have
// given them. It goes on after a failure, as the go command does. The errors name the target.
func (s *Stage) Place(names []string) []error {
	var errs []error
	for _, name := range names {
		to := filepath.Join(s.Target, name)
		if err := s.place(to, filepath.Join(s.Dir, name)); err != nil {
			errs = append(errs, &fs.PathError{Op: "install", Path: to, Err: lastError(err)})
		}
	}
	return errs
}

// lastError is what the system said, without the path, which may be a temporary one.
func lastError(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// place puts one file into the target directory: in one step where it can, else as the go command does.
func (s *Stage) place(to, from string) error {
	object, err := readsObject(from)
	if err != nil {
		return err
	}
	// The C header of an archive is no object, and replaces anything.
	if err := refusal(to, !object); err != nil {
		return err
	}
	fi, err := os.Stat(from)
	if err != nil {
		return err
	}
	perm := fs.FileMode(0o666)
	if fi.Mode()&0o111 != 0 {
		perm = 0o777
	}
	old, err := os.Lstat(to)
	if err == nil && !old.Mode().IsRegular() {
		return overwrite(to, from, perm) // through a link, as the go command
	}
	written, err := s.replace(to, from, perm)
	if err == nil || isTooLarge(err) || isFull(err) && (old == nil || written+old.Size() < fi.Size() || hasRoom(s.Target, fi.Size())) {
		return err // to remove the old one would not help
	}
	return overwrite(to, from, perm)
}

// replace makes a copy of from beside to and renames it. The umask, a default ACL and a setgid directory give it the rights
// that they give to every new file. It returns how much it could write.
func (s *Stage) replace(to, from string, perm fs.FileMode) (written int64, err error) {
	digits := strings.TrimPrefix(filepath.Base(s.Dir), stagePrefix)
	temp := filepath.Join(s.Target, "."+filepath.Base(to)+tempMark+digits)
	written, err = copyFile(temp, from, os.O_EXCL, perm)
	if err != nil {
		return written, err
	}
	err = rename(temp, to)
	if err != nil {
		os.Remove(temp)
	}
	return written, err
}

// overwrite is the go command's Shell.CopyFile, except that it puts the old file back where it fails. A file that may not be removed
// (another user's in a sticky directory) may allow to be written to.
func overwrite(to, from string, perm fs.FileMode) error {
	var old []byte
	fi, err := os.Stat(to)
	if err == nil && fi.Mode().IsRegular() {
		old, _ = os.ReadFile(to) // in memory, because the disk may be full
	}
	removeRegular(to)
	_, err = copyFile(to, from, os.O_TRUNC, perm)
	if err != nil && old != nil && os.WriteFile(to, old, fi.Mode().Perm()) != nil {
		removeRegular(to) // no half of it
	}
	return err
}

// removeRegular removes a regular file, and no device that root might be able to.
func removeRegular(path string) {
	if fi, err := os.Lstat(path); err == nil && fi.Mode().IsRegular() {
		os.Remove(path)
	}
}

// copyFile writes a copy of from to the file to, opened with flag, and removes it where that fails. It returns how much it wrote.
func copyFile(to, from string, flag int, perm fs.FileMode) (written int64, err error) {
	src, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|flag, perm)
	if err != nil {
		return 0, err
	}
	written, err = io.Copy(dst, src)
	if e := dst.Close(); err == nil {
		err = e
	}
	if err != nil {
		removeRegular(to)
	}
	return written, err
}

// Sweep removes what killed processes left in the target directory on its way. Only who holds the lock on that directory may do
// it, for others would lose what they are about to place.
func (s *Stage) Sweep() {
	entries, err := os.ReadDir(s.Target)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && isTemp(e.Name()) {
			os.Remove(filepath.Join(s.Target, e.Name()))
		}
	}
}

// isTemp reports whether replace gives such names.
func isTemp(name string) bool {
	i := strings.LastIndex(name, tempMark)
	if i < 2 || name[0] != '.' {
		return false
	}
	digits := name[i+len(tempMark):]
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}
