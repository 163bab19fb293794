package rights

import (
	"slices"
	"testing"
)

// One cause in several places is told once.
func TestLeftOnce(t *testing.T) {
	r := &Report{}
	r.leave([]Left{{"one", 1, "/a"}, {"two", 2, "/b"}})
	r.leave([]Left{{"two", 3, "/c"}})
	if want := []Left{{"one", 1, "/a"}, {"two", 5, "/b"}}; !slices.Equal(r.Left, want) {
		t.Errorf("%v, want %v", r.Left, want)
	}
}
