package shim

import (
	"path/filepath"
)

// A Found is a file on PATH that would run as go.
type Found struct {
	Go
	Self bool // it is go-safe, this executable or another
}

// All returns every file that would run as go from the folders of s.Path, in their order. It does not look into
// the usual places.
func (s Search) All() []Found {
	self := selfInfo()
	var all []Found
	for _, dir := range filepath.SplitList(s.Path) {
		for _, name := range goNames {
			if !filepath.IsAbs(dir) {
				continue
			}
			path := filepath.Join(dir, name)
			g, why := s.checkFile(path, self)
			if why == "" || why == selfReason {
				g.Path = path
				all = append(all, Found{g, why == selfReason})
			}
		}
	}
	return all
}
