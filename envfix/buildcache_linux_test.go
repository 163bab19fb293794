package envfix

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

func TestResolveBuildCache(t *testing.T) {
	const private = "GOCACHE=$W/home/.cache/go-safe/build: "
	link := func(p place) { linuxtest.Must(p.T, os.Symlink("nothing", p.path("c"))) }
	decides(t, []decision{
		{name: "default that can be made"},
		{name: "default that works", make: dirs("home/.cache/go-build")},
		{name: "chosen that can be made", vars: []string{"GOCACHE=$W/c/d"}},
		{name: "off", vars: []string{"GOCACHE=off"}},
		{name: "relative", vars: []string{"GOCACHE=c"}},
		{name: "file", make: file("c", ""), vars: []string{"GOCACHE=$W/c"}},
		{name: "asks for the default", make: closed("home/.cache/go-build"), vars: []string{"GOCACHE="}},
		{
			name: "closed", make: closed("c"), vars: []string{"GOCACHE=$W/c"},
			want: private + "$W/c is not writable by uid $UID; undo: unset GOCACHE",
		},
		{
			name: "default that is closed", make: closed("home/.cache/go-build"),
			want: private + "$W/home/.cache/go-build is not writable by uid $UID",
		},
		{
			name: "in the env file", make: all(closed("c"), file("home/.config/go/env", "GOCACHE=$W/c\n")),
			want: private + "$W/c is not writable by uid $UID; undo: go env -u GOCACHE",
		},
		{
			name:  "in an env file of root",
			make:  all(closed("c"), file("home/.config/go/env", "GOCACHE=$W/c\n")),
			roots: []string{"home/.config/go/env"},
			want: private + "$W/c is not writable by uid $UID; " +
				"undo: export GOCACHE=$W/home/.cache/go-safe/build",
		},
		{
			name: "below a closed folder", make: closed("c"), vars: []string{"GOCACHE=$W/c/d/e"},
			want: private + "$W/c/d/e cannot be made: $W/c is not writable by uid $UID; undo: unset GOCACHE",
		},
		{
			name: "below a file", make: file("c", ""), vars: []string{"GOCACHE=$W/c/d"},
			want: private + "$W/c/d cannot be made: $W/c is not a directory; undo: unset GOCACHE",
		},
		{
			name: "link to nothing", make: link, vars: []string{"GOCACHE=$W/c"},
			want: private + "$W/c cannot be reached: a link to nothing; undo: unset GOCACHE",
		},
		{
			name: "of root", make: dirs("c"), roots: []string{"c"}, vars: []string{"GOCACHE=$W/c"},
			want: private + "$W/c is not writable by uid $UID; undo: unset GOCACHE",
		},
		{
			name: "XDG_CACHE_HOME", make: closed("xdg/go-build"), vars: []string{"XDG_CACHE_HOME=$W/xdg"},
			want: "GOCACHE=$W/xdg/go-safe/build: $W/xdg/go-build is not writable by uid $UID",
		},
		{
			name: "a clean means this one", make: dirs("c"), vars: []string{"GOCACHE=$W/c"},
			request: func(r *Request) {
				r.ClearsBuild, r.Unlockable = true, func(string) error { return errNoLocks }
			},
		},
		{
			name: "without locks", make: dirs("c"), vars: []string{"GOCACHE=$W/c"},
			request: func(r *Request) { r.Unlockable = refuses("c") },
			want:    private + "$W/c is on a file system without locks: flock: invalid argument; undo: unset GOCACHE",
		},
		{
			name: "default without locks", make: dirs("home/.cache/go-build"),
			request: func(r *Request) { r.Unlockable = refuses("go-build") },
			want: private + "$W/home/.cache/go-build is on a file system without locks: flock: invalid argument; " +
				"undo: go env -w GOCACHE=$W/home/.cache/go-safe/build",
		},
		{
			name: "nothing is needed", make: closed("c"), vars: []string{"GOCACHE=$W/c"},
			request: func(r *Request) { r.PrintsNoDirs = true },
		},
		{
			name: "go env -w", make: closed("c"), vars: []string{"GOCACHE=$W/c"},
			request: func(r *Request) { r.WritesEnv = true },
		},
	})
}

// refuses returns an Unlockable for directories of that name.
func refuses(name string) func(dir string) error {
	return func(dir string) error {
		if filepath.Base(dir) == name {
			return errNoLocks
		}
		return nil
	}
}

// Where no folder can be used the value stays, and the plan says so.
func TestNoCache(t *testing.T) {
	linuxtest.OwnMounts(t)
	p := newPlace(t)
	linuxtest.Mount(t, "tmpfs", "/var/tmp", "tmpfs", 0, "mode=755")
	p.mkdir("tmp", 0o755)
	resolve := func() (noCache bool, changes string) {
		linuxtest.As(t, linuxtest.User, func() {
			plan := Resolve(p.request(p.environ("GOCACHE=$W/c")))
			noCache, changes = plan.NoCache, p.changes(plan)
		})
		return noCache, changes
	}
	if noCache, changes := resolve(); !noCache || changes != "" {
		t.Errorf("nothing is writable: no cache %t, %s", noCache, changes)
	}
	linuxtest.Give(t, p.path("home"))
	const want = "GOTMPDIR=$W/home/.cache/go-safe: $W/tmp is not writable by uid $UID\n" +
		"TMPDIR=$W/home/.cache/go-safe: $W/tmp is not writable by uid $UID; undo: unset TMPDIR\n" +
		"GOCACHE=$W/home/.cache/go-safe/build: $W/c cannot be made: $W is not writable by uid $UID; undo: unset GOCACHE"
	if noCache, changes := resolve(); noCache || changes != want {
		t.Errorf("the home is writable: no cache %t, %s\nwant %s", noCache, changes, want)
	}
}

// A build cache that is ours, with folders of another user: Prepare moves them aside, and says how to be rid of them.
func TestFoldersOfOthers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		roots []string
		want  string
	}{
		{
			"of root", []string{"c/00", "c/77"},
			"$W/c had 2 folders of uid 0 (sudo go?): moved aside to *.foreign; to be rid of them: sudo rm -r $W/c/*.foreign*",
		},
		{
			"closed by their mode", nil,
			"$W/c had 2 folders that you may not write to: moved aside to *.foreign; " +
				"to be rid of them: chmod -R u+rwx $W/c/*.foreign* && rm -r $W/c/*.foreign*",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			dirs("c/00.foreign", "c/ab", "c/other")(p)
			closed("c/00")(p)
			closed("c/77")(p)
			linuxtest.Give(t, p.dir, tt.roots...)
			linuxtest.As(t, linuxtest.User, func() {
				plan := Resolve(p.request(p.environ("GOCACHE=" + p.path("c"))))
				changed, err := plan.Prepare()
				if err != nil || len(changed) != 1 || p.shown(changed[0]) != tt.want || p.changes(plan) != "" {
					t.Errorf("%q, %v, want %q; changes: %s", changed, err, tt.want, p.changes(plan))
				}
				for name, there := range map[string]bool{
					"00": false, "77": false, "00.foreign": true, "00.foreign.1": true, "77.foreign": true, "ab": true,
				} {
					if _, err := os.Stat(p.path("c/" + name)); (err == nil) != there {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
			for _, name := range []string{"c/00.foreign.1", "c/77.foreign"} {
				os.Chmod(p.path(name), 0o755)
			}
		})
	}
}
