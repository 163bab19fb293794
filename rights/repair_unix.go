//go:build unix

package rights

import (
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// A job is a place with a repair to come.
type job struct {
	place   Place
	rule    rule
	base    folder   // the place, or the nearest directory above it that was there before
	missing []string // the way from there
}

func (r *Run) begin(p Place) {
	c := Of(p.Dir)
	rule := ruleOf(c.facts, c.Policy)
	switch {
	case c.Policy == SharedSet && p.Kind == ModCache && p.Files == nil:
	case c.Policy == ForOwner, (c.Policy == SharedSet || c.Policy == SharedACL) && c.facts.uid == 0 && c.facts.owner != 0:
		rule.policy = ForOwner
	case c.Policy == Own && c.facts.uid == 0 && !r.old(p.Dir): // go-safe has just made it, perhaps for another
		rule.policy = ForOwner
	default:
		return
	}
	if p.May != nil && !p.May() {
		return
	}
	rule.since = r.since
	j := job{place: p, rule: rule}
	if j.open(r) {
		r.jobs = append(r.jobs, j)
	}
}

// old reports whether something was there before the run began.
func (r *Run) old(dir string) bool {
	fi, err := lookAt(unix.AT_FDCWD, dir)
	return err == nil && (fi.uid != os.Geteuid() || fi.born.IsZero() || fi.born.Before(r.since))
}

// open opens the base. It reports false where that is root's own: root made nothing for others then.
func (j *job) open(r *Run) bool {
	dir := filepath.Clean(j.place.Dir)
	for !r.old(dir) && dir != filepath.Dir(dir) {
		j.missing = append([]string{filepath.Base(dir)}, j.missing...)
		dir = filepath.Dir(dir)
	}
	// Links are followed here, for the user may have placed them: what is repaired is decided by what they lead to.
	fd, err := retry(func() (int, error) {
		return unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return false
	}
	self, err := lookAt(fd, "")
	if err != nil || j.rule.policy == ForOwner && (self.uid == 0 || self.mode&0o002 != 0 || unmapped(self.uid)) {
		unix.Close(fd)
		return false
	}
	if _, err := getACL(fd, defaultACL); err == nil && j.rule.policy == SharedSet {
		j.rule.inherits = sharing(nil, uint16(j.rule.others))
	}
	j.base = folder{fd: fd, at: &node{name: dir}, self: self, zone: binZone}
	return true
}

func (r *Run) repair() *Report {
	total := &Report{}
	for _, j := range r.jobs {
		part := j.repair()
		total.Seen += part.Seen
		for kind, n := range part.Changed {
			total.Changed[kind] += n
		}
		total.Left = append(total.Left, part.Left...)
	}
	return total
}

func (r *Run) close() {
	for _, j := range r.jobs {
		unix.Close(j.base.fd)
	}
	r.jobs = nil
}

// repair descends to the place and looks there for what is new.
func (j *job) repair() *Report {
	d := j.base
	d.self, _ = lookAt(d.fd, "")
	rewind(d.fd)
	s := &search{keeper: newKeeper(j.rule, false, d.self.mount, &tally{meter: &Meter{}})}
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
