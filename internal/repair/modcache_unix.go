//go:build unix

package repair

import (
	"slices"
	"sync"

	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// A modcache is what a search learned of a module cache. All that the go command does to a module, extracting it
// included, leaves its trace in cache/download/MODULE/@v. So the search scans cache/download, and looks at other
// places only on the way to modules whose @v was written to.
type modcache struct {
	download *tree.Node // cache/download

	mu      sync.Mutex
	touched branch // paths of modules of which something was downloaded
}

// A branch is a set of paths: the elements that may come next.
type branch map[string]branch

// note adds the module whose directory in cache/download this is.
func (m *modcache) note(at *tree.Node) {
	var path []string
	for ; at != nil && at != m.download; at = at.In {
		path = append(path, at.Name)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.touched
	for _, name := range slices.Backward(path) {
		if b[name] == nil {
			b[name] = make(branch)
		}
		b = b[name]
	}
}

// modules looks for what is new in a module cache.
func (s *search) modules(root tree.Folder) {
	cache, ok := s.next(root, "cache")
	if !ok {
		return // it does not exist, or nothing below it changed
	}
	defer unix.Close(cache.FD)
	download, ok := s.next(cache, "download")
	if ok {
		defer unix.Close(download.FD)
		s.modcache = &modcache{download: download.At, touched: make(branch)}
		s.scan(download)
		s.Wait()
	}
	if vcs, ok := s.next(cache, "vcs"); ok {
		s.scan(vcs)
		unix.Close(vcs.FD)
	}
	s.files(cache)
	if s.modcache != nil && len(s.modcache.touched) > 0 {
		s.along(root, s.modcache.touched)
		s.sumdb(download)
	}
	s.Wait()
}

// files brings in line what is new in a directory, but not what is below.
func (s *search) files(d tree.Folder) {
	for _, name := range s.list(d) {
		if sub, ok := s.Entry(d, name); ok {
			unix.Close(sub.FD)
		}
	}
}

// along goes down a branch, and brings in line what is new in the directories on the way. The directory given stays
// open.
func (s *search) along(d tree.Folder, b branch) {
	if s.written(d.Self) {
		for _, name := range s.list(d) {
			e, err := tree.Look(d.FD, name)
			s.failed(d, name, err)
			if err != nil || !s.Rule.IsNew(e) || name == "cache" && d.Area == layout.ModRoot {
				continue
			}
			if sub, ok := s.Entry(d, name); ok {
				s.Walk(sub)
			}
		}
	}
	for name, next := range b {
		e, err := tree.Look(d.FD, name)
		s.failed(d, name, err)
		if err != nil || !e.Mode.IsDir() || len(next) == 0 || !e.Born.IsZero() && s.Rule.IsNew(e) {
			continue // the last element is NAME@VERSION in the cache, and was found above
		}
		if sub, ok := s.enter(d, name, e); ok {
			s.along(sub, next)
			unix.Close(sub.FD)
		}
	}
}

// sumdb looks at what the checksum databases said: for each of them lookup/MODULE@VERSION and a tree of tiles.
func (s *search) sumdb(download tree.Folder) {
	e, err := tree.Look(download.FD, "sumdb")
	if err != nil {
		s.failed(download, "sumdb", err)
		return
	}
	if s.Rule.IsNew(e) {
		if sub, ok := s.Entry(download, "sumdb"); ok {
			s.Walk(sub)
		}
		return
	}
	top, ok := s.enter(download, "sumdb", e)
	if !ok {
		return
	}
	defer unix.Close(top.FD)
	for _, name := range s.list(top) {
		db, ok := s.next(top, name)
		if !ok {
			continue
		}
		s.database(db)
		unix.Close(db.FD)
	}
}

func (s *search) database(db tree.Folder) {
	for _, name := range s.list(db) {
		sub, ok := s.next(db, name)
		if !ok {
			continue
		}
		if name == "lookup" && !s.Rule.IsNew(sub.Self) {
			s.along(sub, s.modcache.touched)
		} else {
			s.scan(sub)
		}
		s.Wait()
		unix.Close(sub.FD)
	}
}
