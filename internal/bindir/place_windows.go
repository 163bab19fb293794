package bindir

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
)

// rename puts temp in the place of a file: in one step, or in two if the file is a program that runs, which cannot
// be replaced. A file that another program has opened as os.Open does can be neither replaced nor renamed: rename
// tries for two seconds then, as the go command does with its own files.
//
// Package robustio would do so for a program that runs, too, because Windows gives the same error for that as for a
// directory that is closed to us: each install over it would take two seconds longer.
func (s *Stage) rename(temp, name string) error {
	return rename(filepath.Join(s.Target, temp), filepath.Join(s.Target, name))
}

// Replace does the same for any file: package install uses it for go-safe itself.
func Replace(temp, to string) error { return rename(temp, to) }

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

// exchange renames to to old and temp to to, or leaves to where it is. If old is a program that runs, it cannot be
// removed either: the next install removes it. The go command gives it the same name and does the same.
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
