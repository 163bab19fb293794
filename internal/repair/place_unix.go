//go:build unix

package repair

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// A placeRepair is the repair of one place.
type placeRepair struct {
	place   Place
	rule    tree.Rule
	dir     *fsinfo.Dir // of base
	base    tree.Folder // the place, or the nearest directory above it that was there before the run
	missing []string    // the way from there to the place
}

// add opens the place, if its policy asks for a repair. A place that could not be looked at is reported as left.
func (r *Run) add(p Place, c rights.Cache) {
	due := policyFor(c, p, !c.Exists || r.bornNow(c)) != rights.Unusable
	if !due && !tree.Failed(c.Err) || p.May != nil && !p.May() {
		return
	}
	if !due {
		r.skip(p, c.Err)
		return
	}
	j := placeRepair{place: p}
	switch ok, err := j.open(r); {
	case tree.Failed(err):
		r.skip(p, err)
	case ok:
		r.jobs = append(r.jobs, j)
	}
}

// skip notes a place of which nothing is known: what the command makes there stays as it is.
func (r *Run) skip(p Place, err error) {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	r.left.Left = append(r.left.Left, tree.Left{Why: err.Error(), Count: 1, First: p.Dir})
}

// policyFor returns the policy by which a place is repaired, rights.Unusable if it needs no repair. fresh says that
// go-safe has just made the place, perhaps for another user.
func policyFor(c rights.Cache, p Place, fresh bool) rights.Policy {
	root := c.UID == 0
	switch {
	case c.Policy == rights.SharedSet && p.Kind == layout.ModCache && p.Files == nil:
		return rights.SharedSet
	case c.Policy == rights.ForOwner, c.Shared() && root && c.Owner != 0, c.Policy == rights.Own && root && fresh:
		return rights.ForOwner
	}
	return rights.Unusable
}

// bornNow reports whether a directory of root's was made since the run began, perhaps for another user: by go-safe, or
// by another command of root that has not given it away yet.
func (r *Run) bornNow(c rights.Cache) bool {
	if c.UID != 0 || c.Policy != rights.Own {
		return false
	}
	e, err := tree.Look(unix.AT_FDCWD, c.Dir)
	return err == nil && !r.isOld(e)
}

// isOld reports whether an entry was there before the run began.
func (r *Run) isOld(e tree.Entry) bool {
	return e.UID != os.Geteuid() || e.Born.IsZero() || e.Born.Before(r.since)
}

// open opens the base and decides by its descriptor: the path that was looked at before may have led elsewhere. It
// reports false if there is nothing to repair. That is so in root's own directories, in which root makes nothing
// for others, and where others could have redirected the way.
func (j *placeRepair) open(r *Run) (ok bool, err error) {
	d, err := j.nearest()
	if err != nil {
		return false, err
	}
	d, self, err := j.beforeRun(r, d)
	fresh := len(j.missing) > 0
	c := rights.OfOpen(d)
	failed := c.Err
	if fresh {
		c = c.ToBe(j.place.Dir)
	}
	err = cmp.Or(err, failed)
	if err != nil || !j.decide(r, c, self, fresh) || c.UID == 0 && d.Check(c.Receiver()) != nil {
		d.Close()
		return false, err
	}
	if _, err := acl.Get(d.FD(), acl.Default); err == nil && j.rule.Policy == rights.SharedSet {
		j.rule.Default = tree.SharedDefault(nil, j.rule.Others)
	}
	j.dir = d
	j.base = tree.Folder{FD: d.FD(), At: &tree.Node{Name: d.Path}, Self: self, Area: layout.Plain}
	return true, nil
}

// nearest opens the place, or the nearest directory above it.
func (j *placeRepair) nearest() (*fsinfo.Dir, error) {
	dir := filepath.Clean(j.place.Dir)
	for {
		d, err := fsinfo.OpenDir(dir)
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return d, err
		}
		j.missing = slices.Insert(j.missing, 0, filepath.Base(dir))
		dir = filepath.Dir(dir)
	}
}

// beforeRun goes up from d to the first directory that was there before the run, and closes the others.
func (j *placeRepair) beforeRun(r *Run, d *fsinfo.Dir) (*fsinfo.Dir, tree.Entry, error) {
	self, err := tree.Look(d.FD(), "")
	for err == nil && !r.isOld(self) && d.Name() != "" {
		up, err := d.Up()
		if err != nil {
			return d, self, err
		}
		j.missing = slices.Insert(j.missing, 0, d.Name())
		d.Close()
		d = up
		if self, err = tree.Look(d.FD(), ""); err != nil {
			return d, self, err
		}
	}
	return d, self, err
}

// decide sets the rule. It reports false if nothing needs a repair: the place's policy asks for none, or the place is
// root's, everybody may write there, or its owner has no number here.
func (j *placeRepair) decide(r *Run, c rights.Cache, self tree.Entry, fresh bool) bool {
	c.Policy = policyFor(c, j.place, fresh)
	switch {
	case c.Policy == rights.Unusable:
		return false
	case c.Policy == rights.ForOwner && (self.UID == 0 || self.Mode&0o002 != 0 || fsinfo.Unmapped(self.UID)):
		return false
	}
	j.rule = tree.RuleOf(c)
	j.rule.Since, j.rule.Reads = r.since, 0o444&^umask()
	return true
}

// umask returns the rights that new files do not get. The system tells it only when it is set
// (cmd/go/internal/toolchain.sysWriteBits).
func umask() fs.FileMode {
	m := unix.Umask(0o777)
	unix.Umask(m)
	return fs.FileMode(m)
}

// makeOpen makes a folder in the place with the same rights. The umask is the process's: no other goroutine makes
// files now.
func (j placeRepair) makeOpen(name string) {
	if j.rule.Policy != rights.SharedSet || len(j.missing) > 0 {
		return
	}
	old := unix.Umask(0)
	defer unix.Umask(old)
	unix.Mkdirat(j.base.FD, name, uint32(j.base.Self.Mode.Perm()))
}

func (j placeRepair) close() { j.dir.Close() }

// repair goes down to the place and looks there for what is new.
func (j placeRepair) repair() *tree.Report {
	d := j.base
	self, err := tree.Look(d.FD, "")
	s := &search{Walker: tree.New(j.rule, self.Mount, &tree.Options{})}
	if err == nil {
		err = tree.Rewind(d.FD)
	}
	if err != nil {
		s.Leave(nil, d.At.Name, err.Error())
		return s.Report()
	}
	d.Self = self
	for _, name := range j.missing {
		sub, ok := s.Entry(d, name)
		if !ok {
			return s.Report()
		}
		defer unix.Close(sub.FD)
		d = sub
	}
	j.search(s, d)
	return s.Report()
}

func (j placeRepair) search(s *search, d tree.Folder) {
	switch {
	case j.place.Files != nil:
		for _, name := range j.place.Files {
			if sub, ok := s.Entry(d, name); ok {
				s.Walk(sub)
			}
		}
	case j.place.Kind == layout.ModCache:
		d.Area = layout.ModRoot
		s.modules(d)
		j.adopt(s, d)
	case j.place.Flat:
		s.along(d, nil)
	default:
		if j.place.Kind == layout.BuildCache {
			d.Area = layout.Build
		}
		s.scan(d)
	}
	s.Wait() // for walks that need d's descriptor
}
