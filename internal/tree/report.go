package tree

import (
	"fmt"
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
	Aside // another user's entry that was in the way, renamed to NAME.foreign
	kinds
)

const movedAside = "moved aside"

// Count says in words how many changes of the kind there are: 1 owner, 2 owners.
func (k Kind) Count(n int64) string {
	word := [...]string{"owner", "mode", "ACL", movedAside}[k]
	if n != 1 && k != Aside {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// Counts are numbers of changes, by Kind.
type Counts [kinds]int64

// A Report tells what was changed (with Options.Dry: would be), and what was left although it is wrong.
type Report struct {
	Seen    int64 // entries looked at, the directory itself included
	Changed Counts
	Left    []Left // one for each reason, sorted by it
}

// Total returns the number of changes.
func (r *Report) Total() int64 {
	var n int64
	for _, k := range r.Changed {
		n += k
	}
	return n
}

// Add adds another report. For each reason there is one Left.
func (r *Report) Add(other *Report) {
	r.Seen += other.Seen
	for kind, n := range other.Changed {
		r.Changed[kind] += n
	}
	for _, l := range other.Left {
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

// Whole is what a Meter counts to: the Folder.Part of the root directory of a walk.
const Whole = 1 << 62

// Seen returns how many entries were looked at.
func (m *Meter) Seen() int64 { return m.seen.Load() }

// Done returns how much of the tree that may be, from 0 to 1. Each entry counts for the same part of its directory.
func (m *Meter) Done() float64 { return float64(m.done.Load()) / Whole }

// Estimate returns how many entries were looked at, and about how many there are, 0 if that cannot be told yet.
func (m *Meter) Estimate() (seen, all int64) {
	seen = m.Seen()
	if part := m.Done(); part > 0 {
		all = max(seen, twoDigits(int64(float64(seen)/part)))
	}
	return seen, all
}

// twoDigits rounds a number: the rest of the digits of an estimate would only flicker.
func twoDigits(n int64) int64 {
	unit := int64(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}

// A Change is one that was made, or that a dry run found.
type Change struct {
	Path string
	What string // in words
	Was  string // the ACL before the change, in the words of Windows (SDDL); "" elsewhere
}

// A tally collects a report from many goroutines.
type tally struct {
	meter   *Meter
	changed [kinds]atomic.Int64
	tell    func(Change) // nil if nobody wants to know

	mu   sync.Mutex
	left map[string]*Left
}

func newTally(o *Options) *tally { return &tally{meter: &o.Meter, tell: o.Tell} }

// listWas tells of an entry that is changed, and of the ACL that it had before.
func (t *tally) listWas(at *Node, name, what, was string) {
	if t.tell != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.tell(Change{at.Path(name), what, was})
	}
}

// leave notes an entry that stays as it is.
func (t *tally) leave(at *Node, name, why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left == nil {
		t.left = make(map[string]*Left)
	}
	l := t.left[why]
	if l == nil {
		l = &Left{Why: why, First: at.Path(name)}
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

// A Node is a directory that a walk came to. Paths are put together only for messages.
type Node struct {
	In   *Node // nil for the directory where the walk began
	Name string
}

// Path returns the path of an entry of the directory.
func (n *Node) Path(name string) string {
	for ; n != nil; n = n.In {
		name = n.Name + string(os.PathSeparator) + name
	}
	return name
}
