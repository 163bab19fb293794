package rights

import (
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

// A Kind is a kind of change.
type Kind int

const (
	Owners Kind = iota // given to another owner or group
	Modes
	ACLs
	Aside // moved aside, to NAME.foreign: another user's, and in the way
	kinds
)

// In words, after a number.
func (k Kind) String() string {
	return [...]string{"owners", "modes", "ACLs", movedAside}[k]
}

// A Report tells what was changed, or with Dry would be, and what was left though it is wrong.
type Report struct {
	Seen    int64 // entries looked at
	Changed [kinds]int64
	Left    []Left // one for each reason, sorted by it
}

// Total is the number of changes.
func (r *Report) Total() int64 {
	var n int64
	for _, k := range r.Changed {
		n += k
	}
	return n
}

// leave adds what was left. For each reason there is one Left.
func (r *Report) leave(list []Left) {
	for _, l := range list {
		if i := slices.IndexFunc(r.Left, func(have Left) bool { return have.Why == l.Why }); i >= 0 {
			r.Left[i].Count += l.Count
		} else {
			r.Left = append(r.Left, l)
		}
	}
}

// Left are entries that are not as they should be and were not changed.
type Left struct {
	Why   string
	Count int64
	First string // path of one of them
}

// A Meter can be read while a walk goes on.
type Meter struct {
	seen atomic.Int64
	done atomic.Uint64
}

// whole is what done counts to.
const whole = 1 << 62

// Seen is how many entries were looked at, Done which part of the tree that may be, from 0 to 1: each directory counts for the
// same part of the one it is in.
func (m *Meter) Seen() int64   { return m.seen.Load() }
func (m *Meter) Done() float64 { return float64(m.done.Load()) / whole }

// A Change is one that a dry run found. What is in words.
type Change struct{ Path, What string }

// A tally collects a report from many goroutines.
type tally struct {
	meter   *Meter
	changed [kinds]atomic.Int64
	tell    func(Change) // nil for nobody

	mu   sync.Mutex
	left map[string]*Left
}

const movedAside = "moved aside"

// list tells of an entry that would be changed.
func (t *tally) list(at *node, name, what string) {
	if t.tell != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.tell(Change{at.path(name), what})
	}
}

// leave notes an entry that stays as it is.
func (t *tally) leave(at *node, name, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left == nil {
		t.left = make(map[string]*Left)
	}
	l := t.left[why]
	if l == nil {
		l = &Left{Why: why, First: at.path(name)}
		t.left[why] = l
	}
	l.Count++
}

func (t *tally) report() *Report {
	r := &Report{Seen: t.meter.Seen()}
	for k := range t.changed {
		r.Changed[k] = t.changed[k].Load()
	}
	for _, why := range slices.Sorted(maps.Keys(t.left)) {
		r.Left = append(r.Left, *t.left[why])
	}
	return r
}

// A node is a directory on the way of a walk, to name what is in it. A path is made only when it is said.
type node struct {
	in   *node
	name string
}

func (n *node) path(name string) string {
	for ; n != nil; n = n.in {
		name = n.name + string(os.PathSeparator) + name
	}
	return name
}
