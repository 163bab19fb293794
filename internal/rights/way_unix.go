//go:build unix

package rights

import (
	"io/fs"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

func receiver(d *fsinfo.Dir) fsinfo.Receiver { return OfOpen(d).Receiver() }

// Receiver returns for whom root changes the cache: its owner, and the users and groups that it is shared with.
func (c Cache) Receiver() fsinfo.Receiver {
	r := fsinfo.Receiver{UIDs: []int{c.Owner}}
	if !c.Shared() {
		return r
	}
	if c.Mode&(fs.ModeSetgid|0o020) == fs.ModeSetgid|0o020 {
		r.GIDs = append(r.GIDs, c.Group)
	}
	for _, e := range c.Default {
		switch adds := c.Default.Bound(e.Perm)&acl.Add == acl.Add; {
		case adds && e.Tag == acl.User:
			r.UIDs = append(r.UIDs, int(e.ID))
		case adds && e.Tag == acl.Group:
			r.GIDs = append(r.GIDs, int(e.ID))
		}
	}
	return r
}
