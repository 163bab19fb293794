package bindir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// tempMark is in the name of each file that is on its way to the target directory: ".NAME.go-safe-DIGITS".
const tempMark = ".go-safe-"

// Place puts the named files of the stage into the target directory, with the mode and the group that the go
// command would have given them. It goes on after a failure, as the go command does. The errors name the target.
func (s *Stage) Place(names []string) []error {
	var errs []error
	for _, name := range names {
		if err := s.place(name); err != nil {
			errs = append(errs, &fs.PathError{Op: "install", Path: filepath.Join(s.Target, name), Err: fsinfo.Reason(err)})
		}
	}
	return errs
}

// place puts one file into the target directory: in one step if possible, else as the go command does.
func (s *Stage) place(name string) error {
	from := filepath.Join(s.Dir, name)
	object, err := readsObject(func() (*os.File, error) { return os.Open(from) })
	if err != nil {
		return err
	}
	force := !object // the C header of an archive is no object, and the go command lets it replace anything
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
		return s.placeThroughLink(name, from, perm, force)
	case err == nil:
		open := func() (*os.File, error) { return s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) }
		if err := refusal(old, force, open); err != nil {
			return err
		}
		if !old.Mode().IsRegular() {
			return s.overwrite(name, from, perm)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err // there is something, and maybe we are not to replace it
	}
	written, err := s.replace(name, from, perm)
	switch {
	case err == nil, isTooLarge(err):
		return err
	case isFull(err) && !s.removingHelps(old, written, fi.Size()):
		return err
	}
	return s.overwrite(name, from, perm)
}

// removingHelps reports whether the file fits if the old one is removed first, as overwrite does. It does not help if
// there is no old file, if that is too small, or if something else than room is missing.
func (s *Stage) removingHelps(old fs.FileInfo, written, size int64) bool {
	return old != nil && written+old.Size() >= size && !hasRoom(s.Target, size)
}

// placeThroughLink writes to the file to which a link in the target directory leads, as the go command does. If that
// fails, it writes the old contents back.
func (s *Stage) placeThroughLink(name, from string, perm fs.FileMode, force bool) error {
	to := filepath.Join(s.Target, name)
	var old []byte
	if fi, err := os.Stat(to); err == nil {
		if err := refusal(fi, force, func() (*os.File, error) { return os.Open(to) }); err != nil {
			return err
		}
		if fi.Mode().IsRegular() {
			old, _ = readRegular(os.OpenFile(to, os.O_RDONLY|syscall.O_NONBLOCK, 0))
		}
	}
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NONBLOCK, perm)
	if err != nil {
		return err
	}
	if _, err = copyInto(dst, from); err != nil && old != nil && dst.Truncate(0) == nil {
		dst.WriteAt(old, 0) // by the open file, because the link may lead elsewhere by now
	}
	return errors.Join(err, dst.Close())
}

// readRegular returns what is in an open regular file, and its permissions, or nil if that cannot be read. It
// closes the file. The contents are kept in memory because the disk may be full.
func readRegular(f *os.File, err error) ([]byte, fs.FileMode) {
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

// replace copies from to a file beside the old one and renames that. So the umask, a default ACL and a setgid
// directory give it the rights that each new file gets. It returns how much it could write.
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

// overwrite does what Shell.CopyFile of the go command does, with three differences. If it fails, it puts the old
// file back. A pipe that nobody reads is an error, while the go command would wait for ever. And if it could remove
// the old file, it writes to no other file that somebody put in its place meanwhile, which could be a link to
// another user's file.
//
// A file that may not be removed (another user's in a sticky directory) may still allow us to write to it.
func (s *Stage) overwrite(name, from string, perm fs.FileMode) error {
	how := os.O_TRUNC | syscall.O_NONBLOCK
	var old []byte
	var mode fs.FileMode
	if fi, err := s.root.Lstat(name); err == nil && fi.Mode().IsRegular() {
		old, mode = readRegular(s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0))
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

// removeRegular removes a regular file, and not a device, which root could remove, too. It reports whether the name
// is free then.
func (s *Stage) removeRegular(name string) (free bool) {
	fi, err := s.root.Lstat(name)
	if err == nil && fi.Mode().IsRegular() {
		return s.root.Remove(name) == nil
	}
	return errors.Is(err, fs.ErrNotExist)
}

// copyFile copies from to a file in the target directory, which it opens with flag, and removes that if it fails.
// It returns how much it wrote.
func (s *Stage) copyFile(name, from string, flag int, perm fs.FileMode) (written int64, err error) {
	dst, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, perm)
	if err != nil {
		return 0, err
	}
	written, err = copyInto(dst, from)
	if err = errors.Join(err, dst.Close()); err != nil {
		s.removeRegular(name)
	}
	return written, err
}

// copyInto copies from to an open file.
func copyInto(dst *os.File, from string) (written int64, err error) {
	src, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	return io.Copy(dst, src)
}

// Sweep removes the temporary files that killed processes left in the target directory. The caller must hold the
// exclusive lock on that directory, because others may be about to rename theirs.
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

// isTemp reports whether a name is one that replace gives to its temporary files.
func isTemp(name string) bool {
	i := strings.LastIndex(name, tempMark)
	if i < 2 || name[0] != '.' {
		return false
	}
	digits := name[i+len(tempMark):]
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}
