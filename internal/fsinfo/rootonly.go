package fsinfo

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// CheckOnlyRoot returns nil if nobody except root decides what is in a directory. That is more than CheckKept: in a
// sticky directory such as /tmp others cannot replace what root makes, but they can make what root then finds. The
// error is a *WayError or a *fs.PathError. Only root may ask.
func CheckOnlyRoot(dir string) error {
	d, err := OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.CheckParent(Receiver{}); err != nil {
		return err
	}
	fi, err := os.Stat(d.Path)
	if err == nil && fi.Mode()&fs.ModeSticky != 0 && fi.Mode()&0o022 != 0 {
		err = &WayError{Dir: dir, Element: d.Path, Owner: Owner(fi), Why: "lets others make files in it"}
	}
	return err
}

// MayRun returns an error if this is root and another user could have put the program there. Other users may run any.
func MayRun(program string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return CheckWrittenByRoot(program)
}

// CheckWrittenByRoot returns nil if root alone decides what is in a file, wherever links lead, and could have put it
// there. Only root may ask.
func CheckWrittenByRoot(file string) error {
	notRoots := func(fi fs.FileInfo) error {
		return fmt.Errorf("%s belongs to uid %d and has mode %04o", file, Owner(fi), fi.Mode().Perm())
	}
	real, err := Follow(file, func(dir string, link fs.FileInfo) error {
		switch {
		case link == nil:
			return CheckKept(dir)
		case Owner(link) != 0:
			return notRoots(link)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fi, err := os.Lstat(real)
	if err == nil && (Owner(fi) != 0 || fi.Mode()&0o022 != 0) {
		return notRoots(fi)
	}
	return err
}

// Linux follows 40 links in a path (path_resolution(7)).
const maxLinks = 40

// Follow returns where the links lead that a path names. The file there need not exist. It asks may about each
// directory in which it looks up a name, and again with each link, and ends if that returns an error.
func Follow(path string, may func(dir string, link fs.FileInfo) error) (string, error) {
	for range maxLinks {
		dir := filepath.Dir(path)
		if err := may(dir, nil); err != nil {
			return "", err
		}
		fi, err := os.Lstat(path)
		if err != nil || fi.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err := may(dir, fi); err != nil {
			return "", err
		}
		target, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			if dir, err = filepath.EvalSymlinks(dir); err != nil {
				return "", err
			}
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return "", syscall.ELOOP
}
