//go:build unix

package repair

import (
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// A search finds what a run made without looking at everything. It opens directories to come to those below, but
// looks at files only in a directory that was written to: nothing is made in another.
type search struct {
	*tree.Walker
	modcache *modcache // nil outside module caches
}

// written reports whether something may have been made in a directory since the run began. A new one may have been
// given an earlier time, as go-safe-cache does with programs.
func (s *search) written(e tree.Entry) bool {
	return !e.Written.Before(s.Rule.Since) || s.Rule.IsNew(e)
}

// scan brings in line what is new in a directory, and below. The directory stays open.
func (s *search) scan(d tree.Folder) {
	list, err := fsinfo.Names(d.FD)
	if err != nil {
		s.Leave(d.At.In, d.At.Name, err.Error())
		return
	}
	s.Saw(len(list))
	if s.modcache != nil && s.written(d.Self) && d.At.Name == "@v" {
		s.modcache.note(d.At.In)
	}
	for _, name := range list {
		if name == "sumdb" && d.Area == layout.Download && d.At.Name == "download" {
			continue // to be looked at when something was downloaded
		}
		look := s.next
		if !s.written(d.Self) && name != "@v" {
			look = s.nextDir
		}
		if sub, ok := look(d, name); ok {
			s.fork(sub)
		}
	}
}

// fork scans a directory, in another goroutine if few scan already, and closes it.
func (s *search) fork(d tree.Folder) {
	s.Go(func() {
		s.scan(d)
		unix.Close(d.FD)
	})
}

// next brings an entry in line if it is new. If it is a directory in which something may have been made, next
// returns it open.
func (s *search) next(d tree.Folder, name string) (sub tree.Folder, ok bool) {
	e, err := tree.Look(d.FD, name)
	switch {
	case err != nil, e.Mount != s.Mount:
		s.failed(d, name, err)
		return sub, false
	case !e.Mode.IsDir() && !s.written(d.Self):
		return sub, false
	case s.Rule.IsNew(e):
		return s.Entry(d, name)
	case !e.Mode.IsDir():
		if e.Mode.IsRegular() && s.leftClosed(e) {
			s.reopenFile(d, name, e)
		}
		return sub, false
	case e.Links == 2 && !s.written(e): // it has no directory in it, where the file system counts them
		return sub, false
	}
	return s.enter(d, name, e)
}

// nextDir is next for a directory d that was not written to, in which only directories matter. Most of them have
// to be opened, so it opens them without a look before.
func (s *search) nextDir(d tree.Folder, name string) (sub tree.Folder, ok bool) {
	fd, err := fsinfo.OpenSub(d.FD, name)
	if err != nil { // not a directory, or one that another user closed
		s.failed(d, name, err)
		return sub, false
	}
	e, err := tree.Look(fd, "")
	if err != nil || e.Mount != s.Mount {
		s.failed(d, name, err)
		unix.Close(fd)
		return sub, false
	}
	if s.Rule.IsNew(e) { // without birth times: all that changed
		e = s.Change(fd, e, d, name)
	} else if s.leftClosed(e) {
		e = s.reopen(fd, e, d, name)
	}
	return d.Sub(fd, name, e), true
}

// enter opens a directory that is not new.
func (s *search) enter(d tree.Folder, name string, e tree.Entry) (sub tree.Folder, ok bool) {
	fd, e, err := s.Open(d, name, e)
	if err != nil || !e.Mode.IsDir() {
		s.failed(d, name, err)
		if err == nil {
			unix.Close(fd)
		}
		return sub, false
	}
	if s.leftClosed(e) {
		e = s.reopen(fd, e, d, name)
	}
	return d.Sub(fd, name, e), true
}

// leftClosed reports whether an entry is one of ours that a run which was killed may have left closed to the group.
func (s *search) leftClosed(e tree.Entry) bool {
	needs := e.Mode >> 3 & 0o070
	return s.Rule.Policy == rights.SharedSet && e.UID == s.Rule.UID && e.Mode&needs != needs
}

// reopen brings an open entry that is not new in line, if it is plainly the go command's.
func (s *search) reopen(fd int, e tree.Entry, d tree.Folder, name string) tree.Entry {
	r := s.Rule
	r.Since = time.Time{}
	return s.With(r).Change(fd, e, d, name)
}

func (s *search) reopenFile(d tree.Folder, name string, e tree.Entry) {
	fd, e, err := s.Open(d, name, e)
	if err != nil {
		s.failed(d, name, err)
		return
	}
	s.reopen(fd, e, d, name)
	unix.Close(fd)
}

// failed notes an entry that the system could not look at.
func (s *search) failed(d tree.Folder, name string, err error) {
	if tree.Failed(err) {
		s.Leave(d.At, name, err.Error())
	}
}

// list lists a directory, and notes one that cannot be listed.
func (s *search) list(d tree.Folder) []string {
	list, err := fsinfo.Names(d.FD)
	if tree.Failed(err) {
		s.Leave(d.At.In, d.At.Name, err.Error())
	}
	return list
}
