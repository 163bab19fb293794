//go:build unix

package rights

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// A job is a place with a repair to come.
type job struct {
	place   Place
	rule    rule
	dir     *fsinfo.Dir // of base
	base    folder      // the place, or the nearest directory above it that was there before
	missing []string    // the way from there
}

func (r *Run) begin(p Place) {
	c := Of(p.Dir)
	due := r.policyFor(c, p, !r.old(p.Dir)) != Unusable
	if !due && !failed(c.facts.err) || p.May != nil && !p.May() {
		return
	}
	if !due {
		r.leave(p, c.facts.err)
		return
	}
	j := job{place: p}
	switch ok, err := j.open(r); {
	case failed(err):
		r.leave(p, err)
	case ok:
		r.jobs = append(r.jobs, j)
	}
}

// leave notes a place about which nothing is known: what the command makes there stays as it is.
func (r *Run) leave(p Place, err error) {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	r.left = append(r.left, Left{Why: err.Error(), Count: 1, First: p.Dir})
}

// failed reports whether an error says that the system could not look. Something that is missing, closed or of another
// kind was looked at.
func failed(err error) bool {
	if _, way := errors.AsType[*fsinfo.WayError](err); way {
		return false
	}
	for _, seen := range []error{
		fs.ErrNotExist, fs.ErrPermission, fsinfo.ErrReplaced, errSwapped, errUnreadable, unix.ENOTDIR, unix.ELOOP, unix.ENXIO,
	} {
		if errors.Is(err, seen) {
			return false
		}
	}
	return err != nil
}

// policyFor is the policy by which what is made in a place is repaired, Unusable where it needs no repair. Fresh says that go-safe
// has just made the place, perhaps for another user.
func (r *Run) policyFor(c Cache, p Place, fresh bool) Policy {
	root := c.facts.uid == 0
	switch {
	case c.Policy == SharedSet && p.Kind == ModCache && p.Files == nil:
		return SharedSet
	case c.Policy == ForOwner, (c.Policy == SharedSet || c.Policy == SharedACL) && root && c.facts.owner != 0, c.Policy == Own && root && fresh:
		return ForOwner
	}
	return Unusable
}

// old reports whether something was there before the run began.
func (r *Run) old(dir string) bool {
	e, err := lookAt(unix.AT_FDCWD, dir)
	return err == nil && r.isOld(e)
}

func (r *Run) isOld(e entry) bool {
	return e.uid != os.Geteuid() || e.born.IsZero() || e.born.Before(r.since)
}

// open opens the base: the place, or the nearest directory above it that was there before the run. From here on its descriptor
// counts: what its path named when the policy was asked for may have been another. It reports false where there is nothing to repair:
// that is root's own, for root made nothing for others then; and where others could have redirected the way.
func (j *job) open(r *Run) (ok bool, err error) {
	d, err := j.nearest()
	if err != nil {
		return false, err
	}
	c := ofOpen(d)
	self, err := lookAt(d.FD(), "")
	fresh := len(j.missing) > 0
	for err == nil && !r.isOld(self) && d.Name() != "" {
		up, upErr := d.Up()
		if upErr != nil {
			err = upErr
			break
		}
		j.missing, fresh = append([]string{d.Name()}, j.missing...), true
		d.Close()
		d = up
		self, err = lookAt(d.FD(), "")
	}
	if fresh {
		f := lookOpen(d)
		f.there = false
		c = Cache{Dir: j.place.Dir, Policy: f.policy(), facts: f}
	}
	err = cmp.Or(err, c.facts.err)
	if err != nil || !j.decide(r, c, self, fresh) || c.facts.uid == 0 && d.Check(c.receiver()) != nil {
		d.Close()
		return false, err
	}
	if _, err := getACL(d.FD(), defaultACL); err == nil && j.rule.policy == SharedSet {
		j.rule.inherits = sharing(nil, uint16(j.rule.others))
	}
	j.dir = d
	j.base = folder{fd: d.FD(), at: &node{name: d.Path}, self: self, zone: binZone}
	return true, nil
}

// nearest opens the place, or the nearest directory above it.
func (j *job) nearest() (*fsinfo.Dir, error) {
	dir := filepath.Clean(j.place.Dir)
	for {
		d, err := fsinfo.OpenDir(dir)
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return d, err
		}
		j.missing = append([]string{filepath.Base(dir)}, j.missing...)
		dir = filepath.Dir(dir)
	}
}

// decide sets the rule.
func (j *job) decide(r *Run, c Cache, self entry, fresh bool) bool {
	policy := r.policyFor(c, j.place, fresh)
	if policy == Unusable || policy == ForOwner && (self.uid == 0 || self.mode&0o002 != 0 || fsinfo.Unmapped(self.uid)) {
		return false
	}
	j.rule = ruleOf(c.facts, policy)
	j.rule.since, j.rule.reads = r.since, 0o444&^umask()
	return true
}

// umask is what new files do not get. As in cmd/go/internal/toolchain.sysWriteBits: the system tells it when it is set.
func umask() fs.FileMode {
	m := unix.Umask(0o777)
	unix.Umask(m)
	return fs.FileMode(m)
}

// makeOpen makes a folder in the place with the same rights. The umask is the process's: no other goroutine makes
// files now.
func (j *job) makeOpen(name string) {
	if j.rule.policy != SharedSet || len(j.missing) > 0 {
		return
	}
	old := unix.Umask(0)
	defer unix.Umask(old)
	unix.Mkdirat(j.base.fd, name, uint32(j.base.self.mode.Perm()))
}

func (r *Run) repair() *Report {
	total := &Report{}
	total.leave(r.left)
	for _, j := range r.jobs {
		part := j.repair()
		total.Seen += part.Seen
		for kind, n := range part.Changed {
			total.Changed[kind] += n
		}
		total.leave(part.Left)
	}
	return total
}

func (r *Run) close() {
	for _, j := range r.jobs {
		j.dir.Close()
	}
	r.jobs = nil
}

// repair descends to the place and looks there for what is new.
func (j *job) repair() *Report {
	d := j.base
	self, err := lookAt(d.fd, "")
	s := &search{keeper: newKeeper(j.rule, false, self.mount, &tally{meter: &Meter{}})}
	if err == nil {
		err = rewind(d.fd)
	}
	if err != nil {
		s.tally.leave(nil, d.at.name, err.Error())
		return s.tally.report()
	}
	d.self = self
	for _, name := range j.missing {
		sub, ok := s.entry(d, name)
		if !ok {
			return s.tally.report()
		}
		defer unix.Close(sub.fd)
		d = sub
	}
	switch {
	case j.place.Files != nil:
		for _, name := range j.place.Files {
			if sub, ok := s.entry(d, name); ok {
				s.walk(sub)
			}
		}
		s.walks.Wait()
	case j.place.Kind == ModCache:
		d.zone = rootZone
		s.modules(d)
		if j.rule.policy == SharedSet && j.rule.inherits != nil && d.self.uid == j.rule.uid {
			if have, err := getACL(d.fd, defaultACL); err == nil && have == nil {
				j.adopt(d, s.tally)
			}
		}
	case j.place.Flat:
		s.along(d, nil)
		s.walks.Wait()
	default:
		if j.place.Kind == BuildCache {
			d.zone = buildZone
		}
		s.scan(d)
		s.walks.Wait()
	}
	return s.tally.report()
}

// adopt sets a default ACL on all directories of a cache of ours, the cache itself last, for then there is nothing left
// to repair. Where somebody else's directory has none it has to wait until he runs go-safe.
func (j *job) adopt(root folder, t *tally) {
	r := j.rule
	r.since, r.policy = time.Time{}, SharedACL
	k := &keeper{rule: r, mount: root.self.mount, tally: t}
	if rewind(root.fd) == nil && k.adopt(root) {
		k.change(root.fd, root.self, folder{self: root.self, zone: root.zone}, root.at.name)
	}
}

func (k *keeper) adopt(d folder) bool {
	list, err := names(d.fd)
	if err != nil {
		return false
	}
	for _, name := range list {
		e, err := lookAt(d.fd, name)
		if err != nil || !e.mode.IsDir() || d.zone.below(name) == moduleZone || e.mount != k.mount {
			continue
		}
		if !k.adoptDir(d, name, e) {
			return false
		}
	}
	return true
}

func (k *keeper) adoptDir(d folder, name string, e entry) bool {
	fd, e, err := k.open(d, name, e)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	if e.uid == k.rule.uid {
		e = k.change(fd, e, d, name)
	} else if have, err := getACL(fd, defaultACL); err != nil || have == nil {
		return false
	}
	return k.adopt(folder{fd: fd, at: &node{d.at, name}, self: e, zone: d.zone.below(name)})
}
