//go:build unix

package repair

import (
	"time"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// adopt sets a default ACL on all directories of a cache of ours that is shared by setgid, if its file system has
// ACLs. From then on the kernel gives new entries their rights. The cache itself comes last, because an ACL on it
// says that no repair is needed any more. If another user's directory has no ACL, adopt waits until that user runs
// go-safe.
func (j placeRepair) adopt(s *search, root tree.Folder) {
	if j.rule.Policy != rights.SharedSet || j.rule.Default == nil || root.Self.UID != j.rule.UID {
		return
	}
	if have, err := acl.Get(root.FD, acl.Default); err != nil || have != nil || tree.Rewind(root.FD) != nil {
		return
	}
	r := j.rule
	r.Since, r.Policy = time.Time{}, rights.SharedACL
	a := adoption{s.With(r)}
	if a.below(root) {
		a.ChangeRoot(root.FD, root, root.Self)
	}
}

type adoption struct{ *tree.Walker }

// below reports whether all directories below have a default ACL now.
func (a adoption) below(d tree.Folder) bool {
	list, err := fsinfo.Names(d.FD)
	if err != nil {
		return false
	}
	for _, name := range list {
		e, err := tree.Look(d.FD, name)
		if err != nil || !e.Mode.IsDir() || d.Area.Below(name) == layout.Module || e.Mount != a.Mount {
			continue
		}
		if !a.dir(d, name, e) {
			return false
		}
	}
	return true
}

func (a adoption) dir(d tree.Folder, name string, e tree.Entry) bool {
	fd, e, err := a.Open(d, name, e)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	if e.UID == a.Rule.UID {
		e = a.Change(fd, e, d, name)
	} else if have, err := acl.Get(fd, acl.Default); err != nil || have == nil {
		return false
	}
	return a.below(d.Sub(fd, name, e))
}
