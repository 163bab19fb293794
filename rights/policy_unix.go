//go:build unix

package rights

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/access"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// look collects the facts of a directory at a path; where it is missing, of the directory that it would be made in.
func look(dir string) facts {
	there := true
	f, err := factsAt(unix.AT_FDCWD, dir)
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		there, dir = false, filepath.Dir(dir)
		f, err = factsAt(unix.AT_FDCWD, dir)
	}
	f.there, f.err = there, err
	return f
}

// lookOpen collects the facts of an open directory.
func lookOpen(d *fsinfo.Dir) facts {
	f, err := factsAt(d.FD(), ".")
	f.there, f.err = err == nil, err
	return f
}

// ofOpen is Of for the directory that was opened from a path. What is changed as root is decided by this.
func ofOpen(d *fsinfo.Dir) Cache {
	f := lookOpen(d)
	return Cache{Dir: d.Path, Policy: f.policy(), facts: f}
}

// Way returns a *fsinfo.WayError where root would leave a cache alone, because others could have redirected the way to it.
func Way(dir string) error {
	d, err := fsinfo.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.CheckForRoot(ofOpen(d).receiver())
}

func receiverOf(d *fsinfo.Dir) fsinfo.Receiver { return ofOpen(d).receiver() }

// receiver is for whom root changes a cache: its owner, or its group where that shares it.
func (c Cache) receiver() fsinfo.Receiver {
	r := fsinfo.Receiver{UIDs: []int{c.facts.owner}}
	if c.Policy != SharedSet && c.Policy != SharedACL {
		return r
	}
	if c.facts.mode&(fs.ModeSetgid|0o020) == fs.ModeSetgid|0o020 {
		r.GIDs = append(r.GIDs, c.facts.group)
	}
	for _, e := range c.facts.inherits {
		switch may := e.perm&c.facts.inherits.mask()&mayAdd == mayAdd; {
		case may && e.tag == userTag:
			r.UIDs = append(r.UIDs, int(e.id))
		case may && e.tag == namedTag:
			r.GIDs = append(r.GIDs, int(e.id))
		}
	}
	return r
}

// factsAt looks at a directory. What would cost more than a stat is asked only where it may matter: a private cache is the rule.
func factsAt(dirfd int, name string) (facts, error) {
	f := facts{owner: -1, uid: os.Geteuid()}
	var st unix.Stat_t
	if err := unix.Fstatat(dirfd, name, &st, 0); err != nil {
		return f, err
	}
	if f.mode = fileMode(uint32(st.Mode)); !f.mode.IsDir() {
		f.mode = 0
		return f, nil
	}
	f.owner, f.group = int(st.Uid), int(st.Gid)
	f.heed(dirfd, name)
	f.readable, f.writable = access.AllowedAt(dirfd, name, unix.R_OK|unix.X_OK), access.AllowedAt(dirfd, name, unix.W_OK|unix.X_OK)
	if f.owner == f.uid && f.mode&0o020 == 0 { // with an ACL this bit is the mask: nobody else may write
		return f, nil
	}
	f.unmapped = fsinfo.Unmapped(f.owner)
	f.inherits, _ = defaultAt(dirfd, name)
	f.groups = ourGroups(f.group)
	return f, nil
}

// ownerOf is the owner's uid, -1 for what cannot be looked at.
func ownerOf(path string) int {
	var st unix.Stat_t
	if unix.Stat(path, &st) != nil {
		return -1
	}
	return int(st.Uid)
}
