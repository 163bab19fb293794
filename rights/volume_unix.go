//go:build unix

package rights

import (
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// volumeDepth is enough for HOME/go/pkg/mod.
const volumeDepth = 4

// A volumeSearch looks for caches. What it returns are paths: Fix looks at each again, and at the way to it.
type volumeSearch struct {
	owner int
	mount uint64 // that it stays in

	caches []string // for everybody who may have some here
	others []string // that belong to another ordinary user
	empty  []string // directories of the first level
	odd    bool     // there is something else
}

func volume(dir string, owner Owner) (caches []string, bare bool) {
	open, err := fsinfo.OpenDir(filepath.Clean(dir))
	if err != nil {
		return nil, false
	}
	defer open.Close()
	d, err := openBare(open)
	if err != nil {
		return nil, false
	}
	defer unix.Close(d.fd)
	list, err := names(d.fd)
	if shape, _ := shapeOf(list, func(path string) bool { return seen(d.fd, path) }); err != nil || shape != Other {
		return nil, false
	}
	s := &volumeSearch{owner: owner.UID, mount: d.self.mount}
	s.look(d.fd, open.Path, list, 1)
	if s.odd {
		return s.caches, false
	}
	caches = slices.Concat(s.caches, s.others, s.empty)
	slices.Sort(caches)
	return caches, true
}

// look looks at what is in a directory.
func (s *volumeSearch) look(fd int, dir string, list []string, depth int) {
	slices.Sort(list)
	for _, name := range list {
		e, err := lookAt(fd, name)
		switch {
		case name == lostFound:
		case err != nil || !e.mode.IsDir() || e.mount != s.mount:
			s.odd = true
		default:
			s.into(fd, filepath.Join(dir, name), e.uid, depth)
		}
	}
}

// into judges a directory in another one.
func (s *volumeSearch) into(parent int, path string, uid, depth int) {
	fd, err := openSub(parent, filepath.Base(path))
	if err != nil {
		s.odd = true
		return
	}
	defer unix.Close(fd)
	list, err := names(fd)
	shape, _ := shapeOf(list, func(path string) bool { return seen(fd, path) })
	ours := uid == 0 || uid == s.owner
	switch {
	case err != nil:
		s.odd = true
	case shape == Empty:
		if depth == 1 {
			s.empty = append(s.empty, path)
		}
	case shape != Other && ours:
		s.caches = append(s.caches, path)
	case shape != Other:
		s.others = append(s.others, path)
	default:
		if s.odd = true; ours && depth < volumeDepth {
			s.look(fd, path, list, depth+1)
		}
	}
}
