package fsinfo

import (
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"golang.org/x/sys/windows"
)

func ours(path string, _ fs.FileInfo) bool {
	d, err := acl.DescriptorOfPath(path)
	_, owners := acl.Parties()
	return err == nil && (d.Open || Remote(path) || slices.Contains(owners, d.Owner))
}

func strangerOf(path string, _ fs.FileInfo) string {
	if Remote(path) {
		return ""
	}
	d, err := acl.DescriptorOfPath(path)
	if err != nil {
		return ""
	}
	_, owners := acl.Parties()
	return acl.Account(d.Stranger(owners...))
}

// Remote reports whether a path is on another machine. That has other names for users, so our own files may look
// like another user's.
func Remote(path string) bool {
	volume := filepath.VolumeName(path)
	root, err := windows.UTF16PtrFromString(volume + `\`)
	return err != nil || len(volume) != len("C:") || windows.GetDriveType(root) == windows.DRIVE_REMOTE
}
