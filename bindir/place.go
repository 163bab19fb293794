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
		if err := s.place(name); err != nil {
			errs = append(errs, &fs.PathError{Op: "install", Path: filepath.Join(s.Target, name), Err: lastError(err)})
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
func (s *Stage) place(name string) error {
	from := filepath.Join(s.Dir, name)
	object, err := readsObject(func() (*os.File, error) { return os.Open(from) })
	if err != nil {
		return err
	}
	force := !object // the C header of an archive is no object, and replaces anything
	fi, err := os.Stat(from)
	if err != nil {
		return err
	}
	perm := fs.FileMode(0o666)
	if fi.Mode()&0o111 != 0 {
		perm = 0o777
	}
	old, err := s.root.Lstat(name)
	switch {
	case err == nil && old.Mode()&fs.ModeSymlink != 0:
		return s.through(name, from, perm, force)
	case err == nil:
		open := func() (*os.File, error) { return s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) }
		if err := refusal(old, force, open); err != nil {
			return err
		}
		if !old.Mode().IsRegular() {
			return s.overwrite(name, from, perm)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err // what is there may not be for us to replace
	}
	written, err := s.replace(name, from, perm)
	switch {
	case err == nil, isTooLarge(err):
		return err
	case isFull(err) && (old == nil || written+old.Size() < fi.Size() || hasRoom(s.Target, fi.Size())):
		return err // to remove the old one would not help
	}
	return s.overwrite(name, from, perm)
}

// through writes where a link in the target directory leads, as the go command does, except that it puts the old contents back where
// it fails.
func (s *Stage) through(name, from string, perm fs.FileMode, force bool) error {
	to := filepath.Join(s.Target, name)
	var old []byte
	if fi, err := os.Stat(to); err == nil {
		if err := refusal(fi, force, func() (*os.File, error) { return os.Open(to) }); err != nil {
			return err
		}
		if fi.Mode().IsRegular() {
			old, _ = contents(os.OpenFile(to, os.O_RDONLY|syscall.O_NONBLOCK, 0))
		}
	}
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NONBLOCK, perm)
	if err != nil {
		return err
	}
	if _, err = fill(dst, from); err != nil && old != nil && dst.Truncate(0) == nil {
		dst.WriteAt(old, 0) // to the same file, wherever the link leads by now
	}
	return errors.Join(err, dst.Close())
}

// contents returns what is in a regular file, in memory because the disk may be full, and its permissions. It closes the file, and returns
// nil where that cannot be read.
func contents(f *os.File, err error) ([]byte, fs.FileMode) {
	if err != nil {
		return nil, 0
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil || !fi.Mode().IsRegular() {
		return nil, 0
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, 0
	}
	return data, fi.Mode().Perm()
}

// replace makes a copy of from beside the file and renames it. The umask, a default ACL and a setgid directory give
// it the rights that they give to every new file. It returns how much it could write.
func (s *Stage) replace(name, from string, perm fs.FileMode) (written int64, err error) {
	temp := "." + name + tempMark + strings.TrimPrefix(filepath.Base(s.Dir), stagePrefix)
	written, err = s.copyFile(temp, from, os.O_EXCL, perm)
	if err != nil {
		return written, err
	}
	err = s.rename(temp, name)
	if err != nil {
		s.root.Remove(temp)
	}
	return written, err
}

// overwrite is the go command's Shell.CopyFile, except that it puts the old file back where it fails. A file that may not be removed
// (another user's in a sticky directory) may allow to be written to. A pipe that nobody reads is an error, where the go command waits
// for ever. What others put in the place of the old file meanwhile is not written to: it could be a link to another one.
func (s *Stage) overwrite(name, from string, perm fs.FileMode) error {
	how := os.O_TRUNC | syscall.O_NONBLOCK
	var old []byte
	var mode fs.FileMode
	if fi, err := s.root.Lstat(name); err == nil && fi.Mode().IsRegular() {
		old, mode = contents(s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0))
	}
	if s.removeRegular(name) {
		how |= os.O_EXCL
	}
	_, err := s.copyFile(name, from, how, perm)
	if err == nil || old == nil {
		return err
	}
	dst, openErr := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|how, mode)
	if openErr != nil {
		return err
	}
	_, writeErr := dst.Write(old)
	if errors.Join(writeErr, dst.Close()) != nil {
		s.removeRegular(name) // no half of it
	}
	return err
}

// removeRegular removes a regular file, and no device that root might be able to. It reports whether the name is free then.
func (s *Stage) removeRegular(name string) (free bool) {
	fi, err := s.root.Lstat(name)
	if err == nil && fi.Mode().IsRegular() {
		return s.root.Remove(name) == nil
	}
	return errors.Is(err, fs.ErrNotExist)
}

// copyFile writes a copy of from to a file in the target directory, opened with flag, and removes it where that
// fails. It returns how much it wrote.
func (s *Stage) copyFile(name, from string, flag int, perm fs.FileMode) (written int64, err error) {
	dst, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, perm)
	if err != nil {
		return 0, err
	}
	written, err = fill(dst, from)
	if err = errors.Join(err, dst.Close()); err != nil {
		s.removeRegular(name)
	}
	return written, err
}

// fill writes a copy of from to a file.
func fill(dst *os.File, from string) (written int64, err error) {
	src, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	return io.Copy(dst, src)
}

// Sweep removes what killed processes left in the target directory on its way. Only who holds the lock on that directory may do
// it, for others would lose what they are about to place.
func (s *Stage) Sweep() {
	entries, err := s.entries()
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && isTemp(e.Name()) {
			s.root.Remove(e.Name())
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
