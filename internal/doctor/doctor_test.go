package doctor

import (
	"testing"
	"time"
)

// A check that never ends is left behind, and the others are done.
func TestRunLimit(t *testing.T) {
	stuck := make(chan Finding)
	defer close(stuck)
	checks := []Check{
		{
			ID: "stuck", Group: "g",
			Why:  "why",
			look: func(*Machine) Finding { return <-stuck },
		},
		{
			ID: "broken", Group: "g",
			Why:     "why",
			Heading: "heading", look: func(*Machine) Finding { return Finding{Status: Broken} },
		},
		{
			ID: "fine", Group: "g",
			Why:  "why",
			look: func(*Machine) Finding { return ok("x", "") },
		},
		{
			ID: "no need", Group: "g",
			Why:  "why",
			look: func(*Machine) Finding { return excused("x", "is not there") },
		},
	}
	m := &Machine{}
	results := Run(checks, m, 10*time.Millisecond)
	for i, want := range []Status{Skipped, Broken, OK, Skipped} {
		if r := results[i]; r.Status != want || r.ID != checks[i].ID || (r.Why == "") != (want == OK) {
			t.Errorf("%+v, want %s", r, want)
		}
	}
	if w := Worst(results); w != Broken {
		t.Error(w)
	}
	if w := Worst(results[:1]); w != Skipped {
		t.Error(w)
	}
	for _, rs := range [][]Result{nil, results[2:]} { // what was skipped for a good reason does not count
		if w := Worst(rs); w != OK {
			t.Error(w)
		}
	}
	if b := results[1]; b.See != errorsPage+"heading" || b.Now == "" {
		t.Errorf("%+v", b)
	}
	if s := m.Progress(); s.Done != 4 || s.All != 4 {
		t.Errorf("%+v", s)
	}
}
