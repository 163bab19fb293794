package bindir

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
)

// rename puts temp in the place of to: in one step, or where to runs, which nothing can replace, in two. What another
// program has open in the way that os.Open does can be neither replaced nor renamed: it is waited for, two
// seconds in all, as by the go command for its own files (cmd/go/internal/robustio).
func (s *Stage) rename(temp, name string) error {
	return rename(filepath.Join(s.Target, temp), filepath.Join(s.Target, name))
}

func rename(temp, to string) error {
	old := to + "~"
	removeRegular(old)
	for pause := time.Millisecond; ; pause *= 2 {
		err := os.Rename(temp, to)
		if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			err = exchange(temp, to, old)
		}
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) || pause > time.Second {
			return err
		}
		time.Sleep(pause)
	}
}

// exchange renames to to old and temp to to, or leaves to where it is. What runs cannot be removed either: under the name that
// the go command gives it too, the next install of either removes it.
func exchange(temp, to, old string) error {
	if err := os.Rename(to, old); err != nil {
		return err
	}
	if err := os.Rename(temp, to); err != nil {
		os.Rename(old, to)
		return err
	}
	removeRegular(old)
	return nil
}

// isFull reports whether there was no room for the file.
func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// isTooLarge reports whether no file of that size can be made.
func isTooLarge(err error) bool {
	return errors.Is(err, windows.ERROR_FILE_TOO_LARGE)
}

func removeRegular(path string) {
	if fi, err := os.Lstat(path); err == nil && fi.Mode().IsRegular() {
		os.Remove(path)
	}
}
