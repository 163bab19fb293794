package tree

import (
	"slices"
	"testing"
)

// One cause in several places is told once.
func TestLeftOnce(t *testing.T) {
	r := &Report{}
	r.Add(&Report{Left: []Left{{"one", 1, "/a"}, {"two", 2, "/b"}}})
	r.Add(&Report{Seen: 3, Changed: Counts{Modes: 2}, Left: []Left{{"two", 3, "/c"}}})
	want := []Left{{"one", 1, "/a"}, {"two", 5, "/b"}}
	if !slices.Equal(r.Left, want) || r.Total() != 2 || r.Seen != 3 {
		t.Errorf("%+v, want %v", r, want)
	}
}

// The estimate of all entries has two digits, and is never less than what was seen.
func TestEstimate(t *testing.T) {
	for _, tt := range []struct {
		seen int64
		part float64
		all  int64
	}{
		{7, 0, 0}, {100, 0.25, 400}, {12345, 0.4, 31000}, {996, 1, 1000}, {12345, 1, 12345}, {3, 0.5, 6},
	} {
		var m Meter
		m.seen.Store(tt.seen)
		m.done.Store(uint64(tt.part * Whole))
		if seen, all := m.Estimate(); seen != tt.seen || all != tt.all {
			t.Errorf("%+v: %d of %d", tt, seen, all)
		}
	}
}
