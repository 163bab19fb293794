package envfix

import "testing"

// What the user is told about a variable.
func TestVar(t *testing.T) {
	for _, tt := range []struct {
		was       Setting
		changes   bool
		overrides bool
	}{
		{Setting{"/c", FromEnviron}, true, true},
		{Setting{"/c", FromEnvFile}, true, true},
		{Setting{"/c", FromGOROOT}, true, false},
		{Setting{"/c", FromDefault}, true, false},
		{Setting{"", FromEnviron}, true, false},
		{Setting{"/c", FromEnviron}, false, false},
	} {
		v := Var{Name: "GOCACHE"}
		v.keep(tt.was)
		if v.Changed() || v.Chosen() != (tt.was.Origin == FromEnviron || tt.was.Origin == FromEnvFile) {
			t.Errorf("%+v: %+v", tt.was, v)
		}
		if tt.changes {
			v.set(tt.was, "/d", "does not work")
		}
		if v.Changed() != tt.changes || v.Overrides() != tt.overrides {
			t.Errorf("%+v: changed %t, overrides %t", tt.was, v.Changed(), v.Overrides())
		}
	}
}
