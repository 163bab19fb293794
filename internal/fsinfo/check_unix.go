//go:build unix

package fsinfo

import (
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// A waypoint is a directory in which a name was looked up, or a link that was followed.
type waypoint struct {
	path    string
	facts            // of the directory or link
	link    bool     // uid is that of the user who decided where it leads
	writers []writer // who may rename in the directory, besides its owner
	next    int      // uid of the file with that name
}

// nobody is the uid of a link whose target more than one user could have decided.
const nobody = -1

// Check returns a *WayError if anybody except root and the receiver could have led the way to the directory
// elsewhere:
//
//   - by a link that belongs neither to root nor to the owner of the directory that was reached;
//   - in a directory that another user owns, or may rename in, unless it is sticky and root or the receiver owns
//     the next element.
//
// It goes by what the directories were when OpenDir passed them. For a process that is not root only links count,
// and its own links are good: the kernel keeps it from the files of others.
func (d *Dir) Check(r Receiver) error {
	return d.check(os.Geteuid(), r)
}

// CheckForRoot is Check as if this process were root.
func (d *Dir) CheckForRoot(r Receiver) error {
	return d.check(0, r)
}

func (d *Dir) check(uid int, r Receiver) error {
	for _, p := range d.way {
		if p.link && p.uid != uid {
			if err := d.checkLink(p); err != nil {
				return err
			}
		}
	}
	for _, p := range d.way {
		if !p.link && uid == 0 {
			if err := d.checkDir(p, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckParent is Check for a directory in which an entry is to be made or renamed: it also looks at the directory
// itself.
func (d *Dir) CheckParent(r Receiver) error {
	if err := d.Check(r); err != nil || os.Geteuid() != 0 {
		return err
	}
	self := waypoint{path: d.real, facts: d.self, writers: writersOf(d.fd, d.self), next: os.Geteuid()}
	return d.checkDir(self, r)
}

func (d *Dir) checkLink(p waypoint) error {
	if p.uid == 0 || p.uid == d.self.uid || Unmapped(p.uid) {
		return nil
	}
	who := fmt.Sprintf("of uid %d", p.uid)
	if p.uid == nobody {
		who = "that others may replace"
	}
	return &WayError{Dir: d.Path, Element: p.path, Owner: p.uid, Why: fmt.Sprintf(
		"is a link %s, and leads to a directory of uid %d; if that is meant, name it: %s", who, d.self.uid, d.real)}
}

func (d *Dir) checkDir(p waypoint, r Receiver) error {
	e := &WayError{Dir: d.Path, Element: p.path, Owner: p.uid}
	if !r.trusts(p.uid) {
		e.Why = fmt.Sprintf("belongs to uid %d, who could put another directory there", p.uid)
		return e
	}
	if p.mode&unix.S_ISVTX != 0 && r.trusts(p.next) {
		return nil
	}
	for _, w := range p.writers {
		if !w.trusted(r) {
			e.Why, e.Run = "lets "+w.String()+" rename what is in it", w.stop(p.path)
			return e
		}
	}
	return nil
}

// trusts reports whether a user may decide where the path leads. Root may always. In a user namespace, an owner
// that has no number there counts as root, because nobody in the namespace can act as that owner
// (user_namespaces(7)).
func (r Receiver) trusts(uid int) bool {
	return uid == 0 || slices.Contains(r.UIDs, uid) || Unmapped(uid)
}
