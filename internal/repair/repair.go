// Package repair gives what one go command made the rights that the policy of its place asks for: root's entries
// go to the owner of their directory, and those in a module cache shared by setgid get the group's rights. A
// repair looks at the directories of cache/download and at what the run made, not at the files of the cache.
package repair

import (
	"time"

	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
)

// A Place is where a command may make entries.
type Place struct {
	Dir   string       // absolute
	Kind  layout.Shape // ModCache, BuildCache; Other for any other directory and what is below it
	Files []string     // if not nil: only these, and what is below directories among them
	Flat  bool         // only its entries and what is below new ones: other directories in it are not the command's

	// May, if not nil, reports whether the command may make something in it. It is asked only if that would need a
	// repair.
	May func() bool
}

// A Run is a command whose results may have to be repaired.
type Run struct {
	since   time.Time
	jobs    []placeRepair
	changed tree.Counts
	left    tree.Report // places that could not be looked at
}

// Open looks at the places before a command runs, and opens those whose policy asks for a repair. Entries made
// after since count as made by the command, go-safe's own included.
//
// Look says what a place is: rights.Of, or what it said a moment ago. It only rules places out: what is repaired is
// looked at again when it is open.
func Open(since time.Time, look func(dir string) rights.Cache, places []Place) *Run {
	r := &Run{since: since}
	for _, p := range places {
		r.add(p, look(p.Dir))
	}
	return r
}

// Due reports whether there is something to do after the command, or to report.
func (r *Run) Due() bool { return len(r.jobs)+len(r.left.Left) > 0 }

// DueIn reports whether that is so in the place dir.
func (r *Run) DueIn(dir string) bool {
	for _, j := range r.jobs {
		if j.place.Dir == dir {
			return true
		}
	}
	return false
}

// MakeOpen makes a folder in the place dir, if that is a cache shared by setgid, so that the group can use the
// folder from the first moment, whatever the umask.
func (r *Run) MakeOpen(dir, name string) {
	for _, j := range r.jobs {
		if j.place.Dir == dir {
			j.makeOpen(name)
		}
	}
}

// Repair gives what the command made its rights. To find it costs a look at each directory of cache/download, and
// in a build cache at each entry of a bucket that changed. Repair may be called while the command runs, but by one
// caller at a time. The report counts what was changed since the run began, and has what is left now.
//
// In a cache shared by setgid Repair also opens what an earlier run of ours left closed to the group because it was
// killed, where it meets that and it is plainly the go command's.
func (r *Run) Repair() *tree.Report {
	report := &tree.Report{}
	report.Add(&r.left)
	for _, j := range r.jobs {
		report.Add(j.repair())
	}
	for kind, n := range report.Changed {
		r.changed[kind] += n
	}
	report.Changed = r.changed
	return report
}

// Close closes the places: there will be no other repair.
func (r *Run) Close() {
	for _, j := range r.jobs {
		j.close()
	}
	r.jobs = nil
}
