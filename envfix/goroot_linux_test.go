package envfix

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/user"
)

// A GOROOT with which the real go would fail is removed, or if the env file has it, replaced.
func TestResolveGOROOT(t *testing.T) {
	tree := func(name, version string) func(p place) {
		return all(dirs(name+"/pkg/tool"), file(name+"/VERSION", version+"\ntime 2026\n"),
			file(name+"/go.env", "GOPROXY=https://p.example\nGOSUMDB=s.example\n"))
	}
	inFile := file("home/.config/go/env", "GOROOT=$W/old\nGOSUMDB=off\n")
	real := tree("real", "go1.26.3")
	compiles := func(yes bool) func(*Request) {
		return func(r *Request) { r.Compiles = yes }
	}
	decides(t, []decision{
		{name: "not set", make: real},
		{name: "the real one", make: real, vars: []string{"GOROOT=$W/real/"}},
		{
			name: "not there", make: real, vars: []string{"GOROOT=$W/none"},
			want: "GOROOT=: $W/none is not a Go tree; undo: unset GOROOT",
		},
		{
			name: "another version", make: all(real, tree("old", "go1.20")), vars: []string{"GOROOT=$W/old"},
			want: "GOROOT=: $W/old is go1.20, and the go command go1.26.3; undo: unset GOROOT",
		},
		{
			name: "another version of unknown number", make: all(real, dirs("old/pkg/tool")), vars: []string{"GOROOT=$W/old"},
		},
		{
			name: "another version, and only sources are read", make: all(real, tree("old", "go1.20")),
			vars: []string{"GOROOT=$W/old"}, request: compiles(false),
		},
		{
			name: "no compiler", make: all(real, dirs("old")), vars: []string{"GOROOT=$W/old"},
			want: "GOROOT=: $W/old is not a Go tree; undo: unset GOROOT",
		},
		{
			name: "no compiler, and only sources are read", make: all(real, dirs("old")),
			vars: []string{"GOROOT=$W/old"}, request: compiles(false),
		},
		{
			name: "in the env file", make: all(real, inFile, tree("old", "go1.20")),
			want: "GOROOT=$W/real: $W/old is go1.20, and the go command go1.26.3; undo: go env -u GOROOT\n" +
				"GOPROXY=https://p.example: is lost with the GOROOT of the env file",
		},
		{
			name: "in the env file, for go env -w", make: all(real, inFile),
			request: func(r *Request) { r.WritesEnv = true },
			want:    "GOROOT=$W/real: $W/old is not a Go tree; undo: go env -u GOROOT",
		},
	}, "real")
}

// Without HOME the go command has no caches, unless other variables name them.
func TestResolveHome(t *testing.T) {
	account, known := user.Lookup(os.Geteuid())
	usable := known && account.Home != "" && Inspect("GOPATH", account.Home).Access == ""
	for _, tt := range []struct {
		vars []string
		set  bool
	}{
		{nil, usable},
		{[]string{"HOME="}, false},
		{[]string{"HOME=/nowhere"}, false},
		{[]string{"GOPATH=/g"}, usable},
		{[]string{"GOPATH=/g", "GOCACHE=/c"}, false},
		{[]string{"GOPATH=/g", "XDG_CACHE_HOME=/x"}, false},
	} {
		s := ReadSettings(tt.vars, "", nil)
		if _, set := s.LookupEnv("HOME"); tt.set && (!set || s.Directory("GOCACHE").Value == "") || s.home == "" == tt.set {
			t.Errorf("%q: HOME is set: %t, as %q; GOCACHE %v", tt.vars, set, s.home, s.Directory("GOCACHE"))
		}
		p := place{T: t}
		plan := Resolve(Request{Known: s, WritesEnv: true})
		if plan.Home.Changed() != tt.set || tt.set && plan.Home.Value != account.Home {
			t.Errorf("%q: %s", tt.vars, p.changes(plan))
		}
	}
}

// A user without a home gets private folders in a temp folder.
func TestHomeless(t *testing.T) {
	p := newPlace(t)
	linuxtest.Give(t, p.dir)
	linuxtest.As(t, linuxtest.User, func() {
		const want = "GOCACHE=/var/tmp/go-$UID/build: is not defined without HOME\n" +
			"GOPATH=/var/tmp/go-$UID/gopath: is not defined without HOME\n" +
			"GOMODCACHE=/var/tmp/go-$UID/gopath/pkg/mod: is not defined without HOME"
		if got := p.changes(Resolve(p.request(p.environ("HOME=")))); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}
