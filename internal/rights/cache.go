package rights

import (
	"fmt"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Cache is a cache's root directory, looked at once.
type Cache struct {
	Dir    string // as the user named it
	Policy Policy
	Facts
}

// Of looks at the root directory of a cache, an absolute path. It follows links on the way, because the user may
// have placed them. It writes nothing.
func Of(dir string) Cache { return of(dir, look(fsinfo.NewStatCache(), dir)) }

// A Memo remembers what Of says, until something changes.
type Memo struct {
	seen   *fsinfo.StatCache
	caches map[string]Cache
}

// NewMemo returns a Memo that asks the system only what seen does not know.
func NewMemo(seen *fsinfo.StatCache) *Memo { return &Memo{seen, make(map[string]Cache)} }

// Of is the function Of, asked once for each directory.
func (l *Memo) Of(dir string) Cache {
	c, ok := l.caches[dir]
	if !ok {
		c = of(dir, look(l.seen, dir))
		l.caches[dir] = c
	}
	return c
}

func of(dir string, f Facts) Cache { return Cache{Dir: dir, Policy: f.policy(), Facts: f} }

// Shared reports whether the directory's group or ACL shares it.
func (c Cache) Shared() bool { return c.Policy == SharedACL || c.Policy == SharedSet }

// Others reports whether other users work in the directory, too: what we make in it is theirs as well.
func (c Cache) Others() bool {
	return c.Shared() || c.Policy == Open || c.Policy == ForOwner || c.WritableByAll()
}

// WritableByAll reports whether everybody may write to the directory.
func (c Cache) WritableByAll() bool { return c.Exists && c.Mode&0o002 != 0 }

// OpensToAll reports whether new entries inherit that everybody may write to them.
func (c Cache) OpensToAll() bool {
	other, _ := c.Default.Perm(acl.Other)
	return other&2 != 0
}

// Untrusted reports whether the directory (or the one that it would be made in) belongs to another user, who is not
// root and does not share it with us.
func (c Cache) Untrusted() bool {
	if c.Owner == somebody {
		return !c.Shared()
	}
	return c.UntrustedOwner() >= 0
}

// UntrustedOwner returns the ordinary user whose directory this is (or who owns the one that it would be made in), if
// that is not us and the user does not share it with us. Else it returns -1. An owner that our user namespace has
// no number for counts as root. Nobody shares with root, because the user who shares a directory decides what is
// in it.
func (c Cache) UntrustedOwner() int {
	if c.Owner <= 0 || c.Owner == c.UID || c.Unmapped || c.UID != 0 && c.Shared() {
		return -1
	}
	return c.Owner
}

// DistrustBuild returns what speaks against a build cache that others use too, in words that follow its path, ""
// if nothing does. Without an inheritable ACL entries of others are in the way sooner or later, because trimming
// rewrites them. The user who made bucket 00 made the others too (cmd/go/internal/cache.Open).
func (c Cache) DistrustBuild() string {
	if c.Policy != SharedSet && c.Policy != Open || c.UID == 0 {
		return ""
	}
	if owner := fsinfo.OwnerOf(filepath.Join(c.Dir, "00")); owner >= 0 && owner != c.UID {
		return fmt.Sprintf("is written to by uid %d and has no inheritable ACL", owner)
	}
	return ""
}
