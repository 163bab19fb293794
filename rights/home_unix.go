//go:build unix

package rights

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// homeWays lead from a home to what go commands have in it, unless settings say otherwise. The caches are left to
// Fix.
var homeWays = []struct {
	way   string
	cache bool
}{
	{".cache/go-build", true},
	{".config/go", false},
	{"go/pkg/mod", true},
	{"go/pkg/sumdb", false},
	{"go/bin", false},
	{"Library/Caches/go-build", true},
	{"Library/Application Support/go", false},
}

func fixHome(home string, to Owner, o *Options) (*Report, []string, error) {
	d, err := fsinfo.OpenDir(home)
	if err != nil {
		return nil, nil, err
	}
	defer d.Close()
	if uid, _ := d.Owner(); uid != to.UID {
		return nil, nil, &fs.PathError{Op: "fix", Path: home, Err: fmt.Errorf("belongs to uid %d", uid)}
	}
	if err := d.Check(fsinfo.Receiver{UIDs: []int{to.UID}}); err != nil {
		return nil, nil, err
	}
	self, err := lookAt(d.FD(), "")
	if err != nil {
		return nil, nil, &fs.PathError{Op: "stat", Path: home, Err: err}
	}
	k := newKeeper(rule{policy: ForOwner, group: -1}, o.Dry, self.mount, &tally{meter: &o.Meter, tell: o.Tell})
	h := homeKeeper{keeper: k, met: make(map[string]bool)}
	top := folder{fd: d.FD(), at: &node{name: d.Path}, self: self, zone: binZone}
	var caches []string
	for _, w := range homeWays {
		if h.way(top, strings.Split(w.way, "/"), w.cache) && w.cache {
			caches = append(caches, filepath.Join(d.Path, w.way))
		}
	}
	k.walks.Wait()
	return k.tally.report(), caches, nil
}

// A homeKeeper is a keeper for ways that have directories in common.
type homeKeeper struct {
	*keeper
	met map[string]bool
}

// way gives the directories of a way from d to the owner of d, and what is in the last unless that is a cache. It
// changes none unless all of the way is there.
func (h homeKeeper) way(d folder, names []string, cache bool) bool {
	e, err := lookAt(d.fd, names[0])
	if err != nil || !e.mode.IsDir() || e.mount != h.mount {
		return false
	}
	if e.uid != 0 && e.uid != d.self.uid {
		return false
	}
	fd, e, err := h.open(d, names[0], e)
	if err != nil {
		return false
	}
	sub := folder{fd: fd, at: &node{d.at, names[0]}, self: e, zone: binZone}
	if e.uid == 0 { // as it will be, for what is in it
		sub.self.uid, sub.self.gid = d.self.uid, d.self.gid
	}
	if len(names) > 1 && !h.way(sub, names[1:], cache) {
		unix.Close(fd)
		return false
	}
	if path := d.at.path(names[0]); !h.met[path] {
		h.met[path] = true
		h.change(fd, e, d, names[0])
	}
	if len(names) > 1 || cache {
		unix.Close(fd)
		return true
	}
	h.tree(sub)
	return true
}
