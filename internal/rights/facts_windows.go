package rights

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// Owners have no numbers on Windows. These two and somebody say all that a policy needs.
const (
	ourselves      = -1
	administrators = 0 // who are root here
)

// look collects the facts of a directory or, if it does not exist, of the nearest one above. That everybody may
// write does not make another user's directory one that is shared with us: all folders of a second drive inherit it.
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
	if err != nil || d.Open || fsinfo.Remote(dir) {
		return f // no ACLs here, or none that can be read, or none that names us as we know ourselves
	}
	us, owners := acl.Parties()
	f.letsUs = d.List.Lets(slices.DeleteFunc(slices.Clone(us), func(sid string) bool {
		return slices.Contains(acl.Crowds(), sid)
	})...)
	switch {
	case slices.Contains(owners, d.Owner):
		f.letsOthers = d.Shares(owners...)
	case d.Stranger(owners...) == "":
		f.Owner = administrators
	default:
		f.Owner = somebody
	}
	return f
}
