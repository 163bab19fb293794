package rights

import "time"

// A Place is where a command may make entries.
type Place struct {
	Dir   string   // absolute
	Kind  Shape    // ModCache, BuildCache; Other for any other directory and what is below it
	Files []string // only these, and of directories among them what is below, where it is not nil
	Flat  bool     // only its entries and what is below new ones: of other directories in it the command knows nothing

	// May, where it is not nil, reports whether the command may make something in it. It is asked only where that would
	// need a repair.
	May func() bool
}

// Now is the time that files made from here on are not older than, by the clock of the file systems.
func Now() time.Time {
	return now()
}

// A Run is a command whose results may have to be repaired.
type Run struct {
	since   time.Time
	jobs    []job
	changed [kinds]int64
	left    []Left // places that could not be looked at
}

// Begin looks at the places before a command runs, and opens those whose policy asks for a repair. What was made after since,
// by go-safe itself, counts as made by the command.
func Begin(since time.Time, places []Place) *Run {
	r := &Run{since: since}
	for _, p := range places {
		r.begin(p)
	}
	return r
}

// Due reports whether there is something to do after the command, or to report.
func (r *Run) Due() bool {
	return len(r.jobs)+len(r.left) > 0
}

// DueIn reports whether that is so in the place dir.
func (r *Run) DueIn(dir string) bool {
	for _, j := range r.jobs {
		if j.place.Dir == dir {
			return true
		}
	}
	return false
}

// MakeOpen makes a folder in the place dir, if that is a cache shared by setgid, so that the group can use it from the
// first moment, whatever the umask.
func (r *Run) MakeOpen(dir, name string) {
	for _, j := range r.jobs {
		if j.place.Dir == dir {
			j.makeOpen(name)
		}
	}
}

// Repair gives what the command made its rights. Its cost is that of what is new; to find it costs a look at each directory of
// cache/download, and in a build cache at each entry of a bucket that changed. It may be called while the command runs, but
// once at a time; the report counts what was changed since the run began, and has what is left now.
//
// In a cache shared by setgid it also opens what a run of ours that was killed left closed, where it meets that and it is
// certain to be the go command's.
func (r *Run) Repair() *Report {
	report := r.repair()
	for kind, n := range report.Changed {
		r.changed[kind] += n
	}
	report.Changed = r.changed
	return report
}

// Close closes the places: there will be no other repair.
func (r *Run) Close() {
	r.close()
}
