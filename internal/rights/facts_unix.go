//go:build unix

package rights

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// look collects the facts of a directory or, if it does not exist, of the nearest one above. Most caches are private:
// for those it asks no more than a stat and two access calls.
func look(seen *fsinfo.StatCache, dir string) Facts {
	exists := true
	fi, err := seen.Stat(dir)
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		exists, dir = false, filepath.Dir(dir)
		fi, err = seen.Stat(dir)
	}
	f := Facts{Owner: -1, UID: os.Geteuid(), Exists: exists, Err: err}
	if err != nil || !fi.IsDir() {
		return f
	}
	f.Mode, f.Owner, f.Group = fi.Mode(), fsinfo.Owner(fi), fsinfo.Group(fi)
	f.Readable, f.Writable = seen.Readable(dir), seen.Writable(dir)
	f.inherit(func() (acl.POSIX, error) { return acl.OfPath(dir, acl.Default) })
	return f
}

// OfOpen is Of for a directory that is open. What is changed as root is decided by this, not by a path.
func OfOpen(d *fsinfo.Dir) Cache {
	f := Facts{Owner: -1, UID: os.Geteuid()}
	var st unix.Stat_t
	f.Err = unix.Fstat(d.FD(), &st)
	f.Exists = f.Err == nil
	if f.Err == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR {
		f.Mode = fsinfo.FileMode(uint32(st.Mode))
		f.Owner, f.Group = int(st.Uid), int(st.Gid)
		f.Readable = fsinfo.AllowedAt(d.FD(), ".", unix.R_OK|unix.X_OK)
		f.Writable = fsinfo.AllowedAt(d.FD(), ".", unix.W_OK|unix.X_OK)
		f.inherit(func() (acl.POSIX, error) { return acl.Get(d.FD(), acl.Default) })
	}
	return of(d.Path, f)
}

// ToBe returns what a cache dir will be that does not exist and will be made somewhere in the directory c.
func (c Cache) ToBe(dir string) Cache {
	f := c.Facts
	f.Exists = false
	return of(dir, f)
}

// inherit adds what matters only if others may write.
func (f *Facts) inherit(defaultACL func() (acl.POSIX, error)) {
	if f.Owner == f.UID && f.Mode&0o020 == 0 { // with an ACL this bit is the mask: nobody else may write
		return
	}
	f.Unmapped = fsinfo.Unmapped(f.Owner)
	f.Default, _ = defaultACL()
	f.Groups = Groups()
}

// Groups returns the groups of this process.
func Groups() []int {
	groups, _ := os.Getgroups()
	return append(groups, os.Getegid())
}
