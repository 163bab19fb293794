package proc

import (
	"slices"
	"testing"
)

// A process that got the pid of an ancestor which has ended is no ancestor, and has none of its children.
func TestSnapshot(t *testing.T) {
	s := snapshot{
		0:  {0, 0, ""}, // idle, its own parent
		4:  {0, 1, "System"},
		20: {4, 10, "explorer.exe"},
		24: {20, 20, "go.exe"},
		28: {24, 30, "x.test.exe"},
		32: {28, 40, "go.exe"},
		36: {40, 50, "orphan.exe"}, // 40 has ended, and the pid belongs to a later one
		40: {20, 60, "other.exe"},
		44: {99, 70, "orphan.exe"},
		48: {52, 80, "a.exe"}, // each the other's parent, at the same moment
		52: {48, 80, "b.exe"},
	}
	for pid, want := range map[int][]int{32: {28, 24, 20, 4}, 36: nil, 44: nil, 48: {52, 48}, 77: nil, 0: nil} {
		if got := ancestors(pid, s.parent); !slices.Equal(got, want) {
			t.Errorf("ancestors of %d: %v, want %v", pid, got, want)
		}
	}
	for pid, want := range map[int][]int{4: {20}, 20: {24, 40}, 24: {28}, 40: nil, 99: nil, 77: nil} {
		if got := s.children(pid); !slices.Equal(got, want) {
			t.Errorf("children of %d: %v, want %v", pid, got, want)
		}
	}
}
