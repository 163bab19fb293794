package shim

import (
	"path/filepath"
)

// A Found is a file on PATH that would run as go.
type Found struct {
	Go
	Self bool // it is go-safe, this one or another
}

// All returns what would run as go from the folders of s.Path, the first one first. The usual places are not on it.
func (s Search) All() []Found {
	self := selfInfo()
	var all []Found
	for _, dir := range filepath.SplitList(s.Path) {
		for _, name := range goNames {
			if !filepath.IsAbs(dir) {
				continue
			}
			path := filepath.Join(dir, name)
			g, why := s.try(path, self)
			if why == "" || why == isSelf {
				g.Path = path
				all = append(all, Found{g, why == isSelf})
			}
		}
	}
	return all
}
