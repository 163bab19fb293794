//go:build unix

package cachefix

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// inHome are the ways from a home to what go commands have in it, unless settings say otherwise.
var inHome = []struct {
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

func fixHome(home string, to tree.Owner, o *tree.Options) (*tree.Report, []string, error) {
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
	self, err := tree.Look(d.FD(), "")
	if err != nil {
		return nil, nil, &fs.PathError{Op: "stat", Path: home, Err: err}
	}
	w := homeWalker{
		Walker: tree.New(tree.Rule{Policy: rights.ForOwner, Group: -1}, self.Mount, o),
		passed: make(map[string]bool),
	}
	top := tree.Folder{FD: d.FD(), At: &tree.Node{Name: d.Path}, Self: self, Area: layout.Plain}
	var caches []string
	for _, in := range inHome {
		if w.way(top, strings.Split(in.way, "/"), in.cache) && in.cache {
			caches = append(caches, filepath.Join(d.Path, in.way))
		}
	}
	return w.Report(), caches, nil
}

// A homeWalker is a walker for ways that have directories in common.
type homeWalker struct {
	*tree.Walker
	passed map[string]bool
}

// way gives the directories of a way from d to the owner of d, and what is in the last one unless that is a cache.
// It reports whether all of the way is there, and changes nothing if not.
func (w homeWalker) way(d tree.Folder, names []string, cache bool) bool {
	e, err := tree.Look(d.FD, names[0])
	if err != nil || !e.Mode.IsDir() || e.Mount != w.Mount || e.UID != 0 && e.UID != d.Self.UID {
		return false
	}
	fd, e, err := w.Open(d, names[0], e)
	if err != nil {
		return false
	}
	sub := d.Sub(fd, names[0], e)
	if e.UID == 0 { // what is in it is judged by what it will be
		sub.Self.UID, sub.Self.GID = d.Self.UID, d.Self.GID
	}
	if len(names) > 1 && !w.way(sub, names[1:], cache) {
		unix.Close(fd)
		return false
	}
	if path := d.At.Path(names[0]); !w.passed[path] {
		w.passed[path] = true
		w.Change(fd, e, d, names[0])
	}
	if len(names) > 1 || cache {
		unix.Close(fd)
		return true
	}
	w.Tree(sub)
	return true
}
