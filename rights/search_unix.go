//go:build unix

package rights

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A search finds what a run made without looking at everything: a directory in which nothing was made did not change.
type search struct {
	*keeper

	download *node // cache/download

	mu      sync.Mutex
	touched branch // module paths of which something was downloaded
}

// A branch is a set of paths: the elements that may come next.
type branch map[string]branch

// fresh reports whether something may have been made in a directory.
func (s *search) fresh(e entry) bool {
	return !e.written.Before(s.rule.since)
}

// scan brings in line what is new in a directory, and below. The directory stays open.
func (s *search) scan(d folder) {
	list, err := names(d.fd)
	if err != nil {
		s.tally.leave(d.at.in, d.at.name, err.Error())
		return
	}
	s.tally.meter.seen.Add(int64(len(list)))
	if s.download != nil && s.fresh(d.self) && d.at.name == "@v" {
		s.note(d.at.in)
	}
	for _, name := range list {
		if name == "sumdb" && d.zone == downloadZone && d.at.name == "download" {
			continue // to be looked at when something was downloaded
		}
		look := s.next
		if !s.fresh(d.self) && name != "@v" {
			look = s.old
		}
		if sub, ok := look(d, name); ok {
			s.fork(sub)
		}
	}
}

// old is next in a directory that did not change, where only directories matter. Most of them have to be opened: it is done at
// once.
func (s *search) old(d folder, name string) (sub folder, ok bool) {
	fd, err := openSub(d.fd, name)
	if err != nil {
		s.failed(d, name, err)
		return sub, false // not a directory, or another user's that he has closed
	}
	e, err := lookAt(fd, "")
	if err != nil || e.mount != s.mount {
		s.failed(d, name, err)
		unix.Close(fd)
		return sub, false
	}
	if s.rule.recent(e) { // as all that changed are, where no births are known
		e = s.change(fd, e, d, name)
	} else if s.closed(e) {
		e = s.reopen(fd, e, d, name)
	}
	return folder{fd: fd, at: &node{d.at, name}, self: e, zone: d.zone.below(name)}, true
}

// failed notes an entry that the system could not look at.
func (s *search) failed(d folder, name string, err error) {
	if failed(err) {
		s.tally.leave(d.at, name, err.Error())
	}
}

// list lists a directory, and notes one that cannot be listed.
func (s *search) list(d folder) []string {
	list, err := names(d.fd)
	if failed(err) {
		s.tally.leave(d.at.in, d.at.name, err.Error())
	}
	return list
}

// closed reports whether an entry is one of ours that a run which was killed may have left closed to the group.
func (s *search) closed(e entry) bool {
	needs := e.mode >> 3 & 0o070
	return s.rule.policy == SharedSet && e.uid == s.rule.uid && e.mode&needs != needs
}

// reopen brings an open entry that is not new in line, where it is certain to be the go command's.
func (s *search) reopen(fd int, e entry, d folder, name string) entry {
	r := s.rule
	r.since = time.Time{}
	k := &keeper{rule: r, mount: s.mount, tally: s.tally}
	return k.change(fd, e, d, name)
}

// next brings an entry in line if it is new, and opens a directory in which something may be.
func (s *search) next(d folder, name string) (sub folder, ok bool) {
	e, err := lookAt(d.fd, name)
	switch {
	case err != nil, e.mount != s.mount:
		s.failed(d, name, err)
		return sub, false
	case !e.mode.IsDir() && !s.fresh(d.self):
		return sub, false
	case s.rule.recent(e):
		return s.entry(d, name)
	case !e.mode.IsDir():
		if e.mode.IsRegular() && s.closed(e) {
			s.reopenFile(d, name, e)
		}
		return sub, false
	case e.links == 2 && !s.fresh(e): // it has no directory in it, where the file system counts them
		return sub, false
	}
	return s.opened(d, name, e)
}

func (s *search) reopenFile(d folder, name string, e entry) {
	fd, e, err := s.open(d, name, e)
	if err != nil {
		s.failed(d, name, err)
		return
	}
	s.reopen(fd, e, d, name)
	unix.Close(fd)
}

// opened opens a directory that was there before.
func (s *search) opened(d folder, name string, e entry) (sub folder, ok bool) {
	fd, e, err := s.open(d, name, e)
	if err != nil || !e.mode.IsDir() {
		s.failed(d, name, err)
		if err == nil {
			unix.Close(fd)
		}
		return sub, false
	}
	if s.closed(e) {
		e = s.reopen(fd, e, d, name)
	}
	return folder{fd: fd, at: &node{d.at, name}, self: e, zone: d.zone.below(name)}, true
}

// fork is scan, beside others while there are few, and closes the directory.
func (s *search) fork(d folder) {
	select {
	case s.slots <- struct{}{}:
		s.walks.Go(func() {
			s.scan(d)
			unix.Close(d.fd)
			<-s.slots
		})
	default:
		s.scan(d)
		unix.Close(d.fd)
	}
}

// note puts down the path of a module, whose directory in cache/download this is.
func (s *search) note(at *node) {
	var path []string
	for ; at != nil && at != s.download; at = at.in {
		path = append(path, at.name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.touched
	for _, name := range slices.Backward(path) {
		if b[name] == nil {
			b[name] = make(branch)
		}
		b = b[name]
	}
}

// modules looks for what is new in a module cache. All that the go command does to a module, extracting it included, leaves its
// trace in cache/download/MODULE/@v: only where one changed the other places are looked at, and of them the
// directories on the way to that module.
func (s *search) modules(root folder) {
	cache, ok := s.next(root, "cache")
	if !ok {
		return // nothing in it changed since, nor in any directory below, or it is missing
	}
	defer unix.Close(cache.fd)
	download, ok := s.next(cache, "download")
	if ok {
		defer unix.Close(download.fd)
		s.download, s.touched = download.at, make(branch)
		s.scan(download)
		s.walks.Wait()
	}
	if vcs, ok := s.next(cache, "vcs"); ok {
		s.scan(vcs)
		unix.Close(vcs.fd)
	}
	s.files(cache)
	if len(s.touched) > 0 {
		s.along(root, s.touched)
		if ok {
			s.sumdb(download)
		}
	}
	s.walks.Wait()
}

// files brings in line what is new of a directory, but not what is below.
func (s *search) files(d folder) {
	for _, name := range s.list(d) {
		if sub, ok := s.entry(d, name); ok {
			unix.Close(sub.fd)
		}
	}
}

// along looks at the directories on a branch, and at what is new in them. The directory given stays open.
func (s *search) along(d folder, b branch) {
	if s.fresh(d.self) {
		for _, name := range s.list(d) {
			e, err := lookAt(d.fd, name)
			s.failed(d, name, err)
			if err != nil || !s.rule.recent(e) || name == "cache" && d.zone == rootZone {
				continue
			}
			if sub, ok := s.entry(d, name); ok {
				s.walk(sub)
			}
		}
	}
	for name, next := range b {
		e, err := lookAt(d.fd, name)
		s.failed(d, name, err)
		if err != nil || !e.mode.IsDir() || len(next) == 0 || !e.born.IsZero() && s.rule.recent(e) {
			continue // of a module itself the directory is beside: it is NAME@VERSION
		}
		if sub, ok := s.opened(d, name, e); ok {
			s.along(sub, next)
			unix.Close(sub.fd)
		}
	}
}

// sumdb looks at what the checksum databases said: lookup/MODULE@VERSION and a tree of tiles.
func (s *search) sumdb(download folder) {
	e, err := lookAt(download.fd, "sumdb")
	if err != nil {
		s.failed(download, "sumdb", err)
		return
	}
	if s.rule.recent(e) {
		if sub, ok := s.entry(download, "sumdb"); ok {
			s.walk(sub)
		}
		return
	}
	top, ok := s.opened(download, "sumdb", e)
	if !ok {
		return
	}
	defer unix.Close(top.fd)
	for _, name := range s.list(top) {
		db, ok := s.next(top, name)
		if !ok {
			continue
		}
		s.database(db)
		unix.Close(db.fd)
	}
}

func (s *search) database(db folder) {
	for _, name := range s.list(db) {
		sub, ok := s.next(db, name)
		if !ok {
			continue
		}
		if name == "lookup" && !s.rule.recent(sub.self) {
			s.along(sub, s.touched)
		} else {
			s.scan(sub)
		}
		s.walks.Wait()
		unix.Close(sub.fd)
	}
}
