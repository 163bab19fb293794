package rights

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/windows"
)

// Owners have no numbers on Windows. These two say all that a policy needs.
const (
	ourselves = -1
	somebody  = -2
)

// look collects the facts of a directory or, if it does not exist, of the nearest one above. That everybody may
// write says nothing here: all folders of a second drive inherit it.
func look(seen *fsinfo.StatCache, dir string) Facts {
	f := Facts{Exists: true, Owner: ourselves, UID: ourselves}
	_, err := seen.Stat(dir)
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		f.Exists, dir = false, filepath.Dir(dir)
		_, err = seen.Stat(dir)
	}
	f.Readable = seen.Readable(dir)
	f.Writable = seen.Writable(dir)
	d, err := acl.DescriptorOfPath(dir)
	if err != nil || d.Open || Remote(dir) {
		return f // no ACLs here, or none that can be read, or none that names us as we know ourselves
	}
	us, owners := acl.Parties()
	f.letsUs = d.List.Lets(us...)
	if slices.Contains(owners, d.Owner) {
		f.letsOthers = d.Shares(owners...)
	} else {
		f.Owner = somebody
	}
	return f
}

// Remote reports whether a path is on another machine. That has other names for users, so our own files may look
// like another user's.
func Remote(path string) bool {
	volume := filepath.VolumeName(path)
	root, err := windows.UTF16PtrFromString(volume + `\`)
	return err != nil || len(volume) != len("C:") || windows.GetDriveType(root) == windows.DRIVE_REMOTE
}
