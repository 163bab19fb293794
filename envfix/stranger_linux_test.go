package envfix

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

// A cache that another ordinary user owns. Nobody who only has a default runs what that user put there.
func TestStrangers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const (
		stranger = linuxtest.Attacker
		private  = "GOCACHE=$W/home/.cache/go-safe/build: "
		why      = " belongs to uid 4333, who could have put there what you would run"
	)
	for _, tt := range []struct {
		name  string
		dir   string // what the stranger owns
		mode  os.FileMode
		group int
		env   string // who owns the env file, which names $W/c: "user", "root", "stranger"; "" for no env file
		vars  []string
		root  bool // root resolves
		want  string
	}{
		{
			name: "default", dir: "home/.cache/go-build", mode: 0o777,
			want: private + "$W/home/.cache/go-build" + why,
		},
		{
			name: "in a folder of the stranger", dir: "x", mode: 0o777, vars: []string{"XDG_CACHE_HOME=$W/x/y"},
			want: "GOCACHE=/var/tmp/go-$UID/build: $W/x" + why,
		},
		{name: "chosen", dir: "c", mode: 0o777, vars: []string{"GOCACHE=$W/c"}},
		{name: "in the user's env file", dir: "c", mode: 0o777, env: "user"},
		{name: "in an env file of root", dir: "c", mode: 0o777, env: "root"},
		{
			name: "in an env file of the stranger", dir: "c", mode: 0o777, env: "stranger",
			want: private + "$W/c" + why + "; undo: export GOCACHE=$W/home/.cache/go-safe/build",
		},
		{name: "shared with a group of ours", dir: "home/.cache/go-build", mode: 0o775 | os.ModeSetgid, group: 0},
		{
			name: "not shared", dir: "home/.cache/go-build", mode: 0o757, group: stranger,
			want: private + "$W/home/.cache/go-build" + why,
		},
		{name: "a clean means it", dir: "home/go/pkg/mod", mode: 0o777, vars: []string{"CLEANS=1"}},
		{
			name: "a module cache", dir: "home/go/pkg/mod", mode: 0o777,
			want: "GOMODCACHE=$W/home/.cache/go-safe/mod-HASH: $W/home/go/pkg/mod" + why,
		},
		{name: "a module cache below a GOPATH that was chosen", dir: "p/pkg/mod", mode: 0o777, vars: []string{"GOPATH=$W/p"}},
		{
			name: "root in the home of a user", dir: "home", mode: 0o755, root: true,
			vars: []string{"XDG_CONFIG_HOME=$W/none"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			p.mkdir(tt.dir, 0o755)
			linuxtest.Give(t, p.dir)
			linuxtest.Must(t, os.Chown(p.path(tt.dir), stranger, tt.group))
			linuxtest.Must(t, os.Chmod(p.path(tt.dir), tt.mode))
			if tt.env != "" {
				p.write("home/.config/go/env", "GOCACHE="+p.path("c")+"\n")
				owner := map[string]int{"user": linuxtest.User, "root": 0, "stranger": stranger}[tt.env]
				linuxtest.Must(t, os.Chown(p.path("home/.config/go/env"), owner, owner))
			}
			uid := linuxtest.User
			if tt.root {
				uid = 0
			}
			linuxtest.As(t, uid, func() {
				environ := p.environ(tt.vars...)
				r := p.request(environ)
				_, r.ClearsMod = LookupEnv(environ, "CLEANS")
				if got := p.changes(Resolve(r)); got != tt.want {
					t.Errorf("%s\nwant %s", got, tt.want)
				}
			})
		})
	}
}

// The private folder of another user, a link or a folder that others could write to is not used.
func TestPrivateUnusable(t *testing.T) {
	for _, tt := range []struct {
		name  string
		make  func(p place)
		roots []string
		want  string
	}{
		{name: "missing"},
		{name: "ours", make: func(p place) { p.mkdir("tmp/own", 0o700) }},
		{name: "ours and open", make: func(p place) { p.mkdir("tmp/own", 0o755) }},
		{
			name: "others could write to it", make: func(p place) { p.mkdir("tmp/own", 0o770) },
			want: "may have been written to by others",
		},
		{name: "file", make: file("tmp/own", ""), want: "is not a directory"},
		{
			name: "link", make: func(p place) { linuxtest.Must(p.T, os.Symlink(p.path("home"), p.path("tmp/own"))) },
			want: "is not a directory",
		},
		{name: "of root", make: dirs("tmp/own"), roots: []string{"tmp/own"}, want: "belongs to uid 0"},
		{
			name: "in a folder that others may change", make: func(p place) { p.mkdir("tmp", 0o777) },
			want: "is in a folder that others may change: $W/tmp",
		},
		{name: "in a folder that our group may change", make: func(p place) { p.mkdir("tmp", 0o770) }},
		{
			name: "in a folder that root's group may change", make: func(p place) { p.mkdir("tmp", 0o775) },
			roots: []string{"tmp"}, want: "is in a folder that others may change: $W/tmp",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			if tt.make != nil {
				tt.make(p)
			}
			linuxtest.Give(t, p.dir, tt.roots...)
			linuxtest.As(t, linuxtest.User, func() {
				dir := p.path("tmp/own")
				if got := p.shown(privateUnusable(dir)); got != tt.want {
					t.Errorf("%q, want %q", got, tt.want)
				}
				err := makePrivate(dir)
				if (err != nil) != (tt.want != "") {
					t.Errorf("made: %v", err)
				}
				if fi, statErr := os.Stat(dir); err == nil && (statErr != nil || fi.Mode() != 0o700|os.ModeDir) {
					t.Errorf("made with mode %v, %v", fi.Mode(), statErr)
				}
			})
		})
	}
}
