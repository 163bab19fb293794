//go:build unix

package cachefix

import (
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// volumeDepth is enough for HOME/go/pkg/mod.
const volumeDepth = 4

// A volumeSearch looks for caches. It returns paths, because Dir looks at each again, and at the way to it.
type volumeSearch struct {
	owner int
	mount uint64 // that it stays in

	caches []string // of root and the owner
	others []string // of another ordinary user
	empty  []string // directories of the first level
	odd    bool     // there is something else
}

func volume(dir string, owner tree.Owner) (caches []string, bare bool) {
	open, err := fsinfo.OpenDir(filepath.Clean(dir))
	if err != nil {
		return nil, false
	}
	defer open.Close()
	d, err := tree.OpenBare(open)
	if err != nil {
		return nil, false
	}
	defer unix.Close(d.FD)
	list, shape, err := shapeOf(d.FD)
	if err != nil || shape != layout.Other {
		return nil, false
	}
	s := &volumeSearch{owner: owner.UID, mount: d.Self.Mount}
	s.directory(d.FD, open.Path, list, 1)
	if s.odd {
		return s.caches, false
	}
	caches = slices.Concat(s.caches, s.others, s.empty)
	slices.Sort(caches)
	return caches, true
}

// shapeOf lists an open directory and tells its shape.
func shapeOf(fd int) (list []string, shape layout.Shape, err error) {
	list, err = fsinfo.Names(fd)
	shape, _ = layout.ShapeOf(list, func(path string) bool { return tree.IsDir(fd, path) })
	return list, shape, err
}

// directory looks at what is in a directory that is no cache.
func (s *volumeSearch) directory(fd int, dir string, list []string, depth int) {
	slices.Sort(list)
	for _, name := range list {
		e, err := tree.Look(fd, name)
		switch {
		case name == layout.LostFound:
		case err != nil || !e.Mode.IsDir() || e.Mount != s.mount:
			s.odd = true
		default:
			s.entry(fd, filepath.Join(dir, name), e.UID, depth)
		}
	}
}

// entry sorts a directory in another one by its shape.
func (s *volumeSearch) entry(parent int, path string, uid, depth int) {
	fd, err := fsinfo.OpenSub(parent, filepath.Base(path))
	if err != nil {
		s.odd = true
		return
	}
	defer unix.Close(fd)
	list, shape, err := shapeOf(fd)
	trusted := uid == 0 || uid == s.owner
	switch {
	case err != nil:
		s.odd = true
	case shape == layout.Empty:
		if depth == 1 {
			s.empty = append(s.empty, path)
		}
	case shape != layout.Other && trusted:
		s.caches = append(s.caches, path)
	case shape != layout.Other:
		s.others = append(s.others, path)
	default:
		if s.odd = true; trusted && depth < volumeDepth {
			s.directory(fd, path, list, depth+1)
		}
	}
}
