package envfix

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// windowsPlan resolves for a user with these variables, who builds and runs programs.
func windowsPlan(vars ...string) *Plan {
	r := windowsRequest(vars...)
	r.RunsWork, r.Builds = true, true
	return Resolve(r)
}

// windowsRequest is of a user with these variables, where nothing is special.
func windowsRequest(vars ...string) Request {
	return Request{
		Known:         ReadSettings(vars, "", nil),
		Holds:         func(string) bool { return false },
		CoveredBySum:  func(string) bool { return false },
		Switches:      func() bool { return false },
		AddsPrivate:   func() bool { return false },
		BuildsPrivate: func() bool { return false },
		Others:        func(string) bool { return false },
		Unlockable:    func(string) error { return nil },
		Shared:        func(string) bool { return false },
		Untrusted:     func(string) bool { return false },
	}
}

// A temp folder that is of no use is replaced, for all programs. One that works is not even set.
func TestTempReplaced(t *testing.T) {
	dir := t.TempDir()
	local := filepath.Join(dir, "Local")
	home := []string{"USERPROFILE=" + dir, "LocalAppData=" + local, "AppData=" + filepath.Join(dir, "Roaming")}
	missing, own := filepath.Join(dir, "missing"), filepath.Join(local, "go-safe")
	for _, vars := range [][]string{{"TMP=" + missing, "TEMP=" + dir}, {"temp=" + missing}} {
		p := windowsPlan(append(vars, home...)...)
		environ := p.Environ(append(vars, home...))
		for _, name := range []string{"GOTMPDIR", "TMP", "TEMP"} {
			if got := Getenv(environ, name); got != own {
				t.Errorf("%q: %s=%s", vars, name, got)
			}
		}
		if p.TempDir.Name != "TMP" || p.TempDir.Why != missing+" is not there" || !p.TempDir.Overrides() {
			t.Errorf("%q: %+v", vars, p.TempDir)
		}
		for _, v := range p.otherTemps {
			if v.Overrides() {
				t.Errorf("the user is told twice: %+v", v)
			}
		}
		if _, err := p.Prepare(); err != nil {
			t.Error(err)
		}
		if f, err := os.CreateTemp(own, ""); err != nil {
			t.Error(err)
		} else {
			f.Close()
		}
	}
	vars := append([]string{"TMP=" + dir, "TEMP=" + missing}, home...)
	if p := windowsPlan(vars...); p.TempDir.Changed() || p.WorkDir.Changed() || !slices.Equal(p.Environ(vars), vars) {
		t.Errorf("a temp folder that works: %+v", p)
	}
}

func TestTempDir(t *testing.T) {
	for _, tt := range []struct {
		vars []string
		want Setting
	}{
		{[]string{`TEMP=D:\a`, `TMP=D:\b`}, Setting{`D:\b`, FromEnviron}},
		{[]string{`TEMP=D:\a`}, Setting{`D:\a`, FromEnviron}},
		{[]string{`USERPROFILE=C:\Users\x`}, Setting{`C:\Users\x`, FromEnviron}},
		{
			[]string{`Tmp=c:\users\x\appdata\local\temp\`, `LocalAppData=C:\Users\x\AppData\Local`},
			Setting{`c:\users\x\appdata\local\temp\`, FromDefault},
		},
	} {
		if got := ReadSettings(tt.vars, "", nil).tempDir(); got != tt.want {
			t.Errorf("%q: %+v", tt.vars, got)
		}
	}
}

// Room is what this user may still write.
func TestRoom(t *testing.T) {
	if f := look(t.TempDir()); f.bytes == 0 || f.bytes == math.MaxUint64 {
		t.Errorf("%d bytes left", f.bytes)
	}
	small := os.Getenv("GOSAFE_WINE_SMALL")
	if small == "" {
		t.Skip("needs GOSAFE_WINE_SMALL, a folder with less than 32 MiB of room and more than 1 MiB")
	}
	if f := look(small); f.unusable(cacheNeeds) != "" || f.unusable(tempNeeds) == "" {
		t.Errorf("%d bytes left", f.bytes)
	}
}
