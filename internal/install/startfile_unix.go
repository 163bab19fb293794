//go:build unix

package install

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// A startFile is a start-up file that is to be changed.
type startFile struct {
	path string
	make bool        // make it if it is missing
	mode fs.FileMode // of a new file, whatever the umask is; 0 for what the umask leaves

	real string      // where the links of path lead
	now  fs.FileInfo // of real when it was read; nil if it is missing
	text string
}

var (
	errSame     = errors.New("nothing to change")
	errChanged  = errors.New("another program changes it at the same time")
	errNotRoots = errors.New("another user could have put it there")
)

// maxSize is the largest start-up file that is read.
const maxSize = 1 << 20

// rewrite changes the text of a file. Edit is told whether the file is new. The file is removed if it was made for a
// block and nothing is left.
//
// No line is lost if the disk is full, if this process is killed, or if another program adds a line meanwhile. So what
// is only longer is appended, and everything else replaces the file in one step.
func rewrite(f startFile, edit func(text string, made bool) string) (removed bool, err error) {
	for range 3 {
		if removed, err = f.rewrite(edit); !errors.Is(err, errChanged) {
			break
		}
	}
	return removed, err
}

func (f startFile) rewrite(edit func(text string, made bool) string) (removed bool, err error) {
	if _, err := os.Lstat(f.path); err != nil && !f.make {
		return false, err
	}
	if err := f.follow(); err != nil {
		return false, err
	}
	file, err := f.read()
	if err != nil {
		return false, err
	}
	if file != nil {
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	text := edit(f.text, f.now == nil)
	added, longer := strings.CutPrefix(text, f.text)
	switch {
	case text == f.text:
		return false, errSame
	case f.now != nil && longer:
		return false, f.append(file, added)
	case text == "" && strings.Contains(f.text, madeLine):
		if !f.unchanged() {
			return false, errChanged
		}
		return true, os.Remove(f.real)
	case f.now != nil && f.now.Sys().(*syscall.Stat_t).Nlink > 1: // both names are to keep the same text
		return false, f.overwrite(text)
	}
	err = f.replace(text)
	if f.now != nil && (errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) || errors.Is(err, unix.EBUSY)) {
		return false, f.overwrite(text) // the folder or the file belongs to others, or the file is a mount
	}
	return false, err
}

// follow finds the file that the links lead to, which need not exist. They often lead into a repository of their owner.
func (f *startFile) follow() (err error) {
	f.real, err = fsinfo.Follow(f.path, func(dir string, link fs.FileInfo) error {
		switch {
		case os.Geteuid() != 0:
			return nil
		case link == nil:
			return onlyRoots(dir)
		case !ofRoot(link):
			return errNotRoots
		}
		return nil
	})
	return err
}

// onlyRoots returns nil if only root can have put there what is in a directory. If the directory is missing, that is
// asked of the one above.
func onlyRoots(dir string) error {
	for !fsinfo.Exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	err := fsinfo.CheckOnlyRoot(dir)
	var way *fsinfo.WayError
	if errors.As(err, &way) {
		return errNotRoots
	}
	return err
}

func ofRoot(fi fs.FileInfo) bool { return fsinfo.Owner(fi) == 0 || fsinfo.Unmapped(fsinfo.Owner(fi)) }

// read reads the file, and returns it open for appending; nil if it is to be made. It does not wait for the other end
// of a pipe.
func (f *startFile) read() (file *os.File, err error) {
	file, err = os.OpenFile(f.real, os.O_RDWR|os.O_APPEND|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) && f.make {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := f.readFrom(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func (f *startFile) readFrom(file *os.File) error {
	fi, err := file.Stat()
	switch {
	case err != nil:
		return err
	case !fi.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case os.Geteuid() == 0 && (!ofRoot(fi) || fi.Mode()&0o022 != 0):
		return errNotRoots
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return err
	case len(text) > maxSize:
		return errors.New("it is larger than 1 MB")
	case int64(len(text)) != fi.Size():
		return errChanged
	}
	f.now, f.text = fi, string(text)
	return nil
}

// unchanged reports whether the file is as it was read.
func (f *startFile) unchanged() bool {
	fi, err := os.Lstat(f.real)
	if f.now == nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return err == nil && os.SameFile(fi, f.now) && fi.Size() == f.now.Size() && fi.ModTime().Equal(f.now.ModTime())
}

// append adds text at the end. If that fails, it removes only what it added.
func (f *startFile) append(file *os.File, text string) error {
	if !f.unchanged() {
		return errChanged
	}
	n, err := file.WriteString(text)
	if err != nil && n > 0 {
		if fi, e := file.Stat(); e == nil && fi.Size() == f.now.Size()+int64(n) {
			file.Truncate(f.now.Size())
		}
	}
	return err
}

// replace puts a new file in the place of the old one, with the same owner and mode.
func (f *startFile) replace(text string) error {
	dir := filepath.Dir(f.real)
	if f.now == nil {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	temp := filepath.Join(dir, tempName())
	err := f.write(temp, text)
	if errors.Is(err, fs.ErrExist) { // it is not ours
		return err
	}
	if err == nil && !f.unchanged() {
		err = errChanged
	}
	if err == nil {
		err = os.Rename(temp, f.real)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

// write writes the new file.
func (f *startFile) write(temp, text string) error {
	to, err := f.create(temp)
	if err != nil {
		return err
	}
	defer to.Close()
	if _, err := to.WriteString(text); err != nil {
		return err
	}
	if f.now != nil {
		if err := to.Chown(fsinfo.Owner(f.now), fsinfo.Group(f.now)); err != nil {
			return err
		}
		if err := to.Chmod(f.now.Mode()); err != nil {
			return err
		}
	}
	if err := to.Sync(); err != nil { // a crash of the system after the rename leaves no empty file
		return err
	}
	return to.Close()
}

// create makes the new file. At no time it has more rights than at the end.
func (f *startFile) create(temp string) (*os.File, error) {
	mode := fs.FileMode(0o644)
	if f.now != nil {
		mode = 0o600
	}
	to, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil || f.now != nil || f.mode == 0 {
		return to, err
	}
	return to, to.Chmod(f.mode)
}

// overwrite writes over the old text. Empty lines fill the place of a longer one until the end is cut off, so the shell
// never runs the end of an old line. If that fails, it writes the old text back.
func (f *startFile) overwrite(text string) error {
	if !f.unchanged() {
		return errChanged
	}
	to, err := os.OpenFile(f.real, os.O_WRONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	filler := strings.Repeat("\n", max(0, len(f.text)-len(text)))
	end := len(text)
	_, err = to.WriteAt([]byte(text+filler), 0)
	if err != nil {
		to.WriteAt([]byte(f.text), 0)
		end = len(f.text)
	}
	return errors.Join(err, to.Truncate(int64(end)), to.Close())
}
