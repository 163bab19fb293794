package fsinfo

import (
	"io/fs"
	"os"
)

// Exists reports whether there is a file at path. A link counts, also one that leads nowhere.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// IsDir reports whether path is a directory, or a link to one.
func IsDir(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.IsDir()
}

// SameFile reports whether two paths lead to the same file, which may have several names.
func SameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// Owner returns the uid of a file's owner, -1 where the system has no numbers (Windows).
func Owner(fi fs.FileInfo) int { return owner(fi) }

// Group returns the gid of a file's group, -1 where the system has no numbers.
func Group(fi fs.FileInfo) int { return group(fi) }

// Device returns the number of the device that a file is on, 0 where the system does not tell.
func Device(fi fs.FileInfo) uint64 { return device(fi) }
