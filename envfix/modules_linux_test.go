package envfix

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

func TestResolveModules(t *testing.T) {
	const (
		own   = "GOMODCACHE=$W/home/.cache/go-safe/gopath/pkg/mod: "
		moved = "GOPATH=$W/home/.cache/go-safe/gopath"
	)
	holds := func(r *Request) { r.Holds = func(string) bool { return true } }
	closedSumDB := all(dirs("home/go/pkg/mod"), closed("home/go/pkg/sumdb"))
	const sumdbWhy = "$W/home/go/pkg/sumdb is not writable by uid $UID"
	decides(t, []decision{
		{name: "defaults that can be made"},
		{name: "chosen that can be made", vars: []string{"GOPATH=$W/p:$W/q", "GOMODCACHE=$W/m"}},
		{name: "relative", vars: []string{"GOPATH=p", "GOMODCACHE=m"}},
		{name: "the first of GOPATH is empty", vars: []string{"GOPATH=:$W/p", "GOMODCACHE=$W/m"}},
		{name: "file", make: file("m", ""), vars: []string{"GOMODCACHE=$W/m"}},
		{
			name: "below a file", make: file("f", ""), vars: []string{"GOMODCACHE=$W/f/m"},
			want: own + "$W/f/m cannot be made: $W/f is not a directory; undo: unset GOMODCACHE",
		},
		{name: "closed, with all that is needed", make: closed("m"), vars: []string{"GOMODCACHE=$W/m"}, request: holds},
		{
			name: "downloads are closed", make: all(dirs("m/cache"), closed("m/cache/download")),
			vars: []string{"GOMODCACHE=$W/m"}, request: holds,
		},
		{
			name: "cannot be read", make: func(p place) { p.mkdir("m", 0); p.Cleanup(func() { os.Chmod(p.path("m"), 0o755) }) },
			vars: []string{"GOMODCACHE=$W/m"}, request: holds,
			want: own + "$W/m is not writable by uid $UID; undo: unset GOMODCACHE",
		},
		{
			name: "a clean of what can be read", make: closed("m"), vars: []string{"GOMODCACHE=$W/m"},
			request: func(r *Request) { r.ClearsMod = true },
		},
		{
			name: "without locks", make: dirs("m"), vars: []string{"GOMODCACHE=$W/m"},
			request: func(r *Request) { holds(r); r.Unlockable = refuses("m") },
			want: "GOMODCACHE=$W/home/.cache/go-safe/mod-HASH: $W/m is on a file system without locks: " +
				"flock: invalid argument; undo: unset GOMODCACHE",
		},
		{
			name: "GOPATH is closed", make: closed("p"), vars: []string{"GOPATH=$W/p"},
			want: moved + ":$W/p: $W/p is not writable by uid $UID; undo: unset GOPATH\n" +
				own + "$W/p/pkg/mod cannot be made: $W/p is not writable by uid $UID",
		},
		{
			name: "GOPATH is closed without modules", make: closed("p"),
			vars: []string{"GOPATH=$W/p", "GO111MODULE=off", "GOMODCACHE=$W/m"},
		},
		{
			name: "GOPATH is closed, and go.sum vouches", make: all(closed("p"), dirs("m")),
			vars: []string{"GOPATH=$W/p", "GOMODCACHE=$W/m"}, request: holds,
		},
		{
			name: "GOPATH is closed, and something is lacking", make: all(closed("p"), dirs("m")),
			vars: []string{"GOPATH=$W/p", "GOMODCACHE=$W/m"},
			want: moved + ":$W/p: $W/p is not writable by uid $UID; undo: unset GOPATH",
		},
		{
			name: "GOPATH is closed, and binaries go there", make: all(closed("p"), dirs("m")),
			vars: []string{"GOPATH=$W/p", "GOMODCACHE=$W/m"}, request: func(r *Request) { holds(r); r.WritesBin = true },
			want: moved + ":$W/p: $W/p is not writable by uid $UID; undo: unset GOPATH",
		},
		{
			name: "GOPATH is closed, and binaries go elsewhere", make: all(closed("p"), dirs("m")),
			vars:    []string{"GOPATH=$W/p", "GOMODCACHE=$W/m", "GOBIN=$W/b"},
			request: func(r *Request) { holds(r); r.WritesBin = true },
		},
		{name: "the checksum database is closed, and go.sum vouches", make: closedSumDB, request: holds},
		{
			name: "the checksum database is closed", make: closedSumDB,
			request: func(r *Request) { holds(r); r.CoveredBySum = func(string) bool { return false } },
			want: moved + ":$W/home/go: " + sumdbWhy + "\n" +
				"GOMODCACHE=$W/home/go/pkg/mod: works where it is, though GOPATH does not",
		},
	})
}

// A module cache that can only be read lacks something: the command gets the private copy, and from then on each
// command does, until the cache can be written to again.
func TestPrivateCopy(t *testing.T) {
	p := newPlace(t)
	closed("m")(p)
	linuxtest.Give(t, p.dir)
	linuxtest.As(t, linuxtest.User, func() {
		environ := p.environ("GOMODCACHE=" + p.path("m"))
		base := p.path("home/.cache/go-safe")
		want := filepath.Join(base, copyName(p.path("m")))
		plan := Resolve(p.request(environ))
		c := plan.PrivateCopy
		if c == nil || *c != (PrivateCopy{Of: p.path("m"), Dir: want}) || plan.ModCache.Value != want {
			t.Fatalf("copy %+v, GOMODCACHE %+v", c, plan.ModCache)
		}
		if _, err := plan.Prepare(); err != nil {
			t.Fatal(err)
		}
		holds := p.request(environ)
		holds.Holds = func(string) bool { return true }
		if got := p.changes(Resolve(holds)); got != "" {
			t.Errorf("before the copy is begun: %s", got)
		}
		for range 2 {
			if err := c.Begin(); err != nil {
				t.Fatal(err)
			}
		}
		record, err := os.ReadFile(filepath.Join(want, recordName))
		if err != nil || string(record) != p.path("m")+"\n" {
			t.Errorf("record %q, %v", record, err)
		}
		files, _ := filepath.Glob(filepath.Join(want, "cache/download/.*"))
		if len(files) != 1 {
			t.Errorf("left %v", files)
		}
		if plan := Resolve(holds); plan.ModCache.Value != want {
			t.Errorf("once it is begun: %+v", plan.ModCache)
		}
		clears := p.request(environ)
		clears.ClearsMod = true
		if plan := Resolve(clears); plan.ModCache.Value != want {
			t.Errorf("for a clean: %+v", plan.ModCache)
		}
		linuxtest.Must(t, os.WriteFile(filepath.Join(want, recordName), []byte("/another\n"), 0o600))
		plan = Resolve(p.request(environ))
		if plan.PrivateCopy != nil || plan.ModCache.Value != filepath.Join(base, "gopath/pkg/mod") {
			t.Errorf("where the copy is that of another cache: %+v, %+v", plan.PrivateCopy, plan.ModCache)
		}
		if err := c.Begin(); err != nil {
			t.Error(err)
		}
		linuxtest.Must(t, os.Chmod(p.path("m"), 0o755))
		if got := p.changes(Resolve(p.request(environ))); got != "" {
			t.Errorf("where the cache can be written to: %s", got)
		}
	})
}

// If GOPATH moves too, the copy also gets what the checksum database has said.
func TestPrivateCopyOfSums(t *testing.T) {
	p := newPlace(t)
	all(dirs("p/pkg/mod"), closed("p/pkg/mod"), closed("p/pkg"))(p)
	linuxtest.Give(t, p.dir)
	linuxtest.As(t, linuxtest.User, func() {
		r := p.request(p.environ("GOPATH=$W/p"))
		r.CoveredBySum = func(string) bool { return false }
		plan := Resolve(r)
		base := p.path("home/.cache/go-safe")
		want := PrivateCopy{
			Of: p.path("p/pkg/mod"), Dir: filepath.Join(base, copyName(p.path("p/pkg/mod"))),
			SumsOf: p.path("p/pkg/sumdb"), Sums: filepath.Join(base, "gopath/pkg/sumdb"),
		}
		if plan.PrivateCopy == nil || *plan.PrivateCopy != want {
			t.Errorf("%+v\nwant %+v", plan.PrivateCopy, want)
		}
	})
}

// Another member of a cache without a group has folders in it: they are in the way.
func TestClosedFolder(t *testing.T) {
	p := newPlace(t)
	p.mkdir("m/cache/download/example.com", 0o755)
	p.mkdir("m/cache/download", 0o777)
	p.mkdir("m", 0o777)
	linuxtest.Give(t, p.dir, "m/...")
	linuxtest.As(t, linuxtest.User, func() {
		const want = ": $W/m has folders of another user: $W/m/cache/download/example.com is not writable by uid $UID; " +
			"undo: unset GOMODCACHE"
		if got := p.changes(Resolve(p.request(p.environ("GOMODCACHE=$W/m")))); !strings.HasSuffix(got, want) {
			t.Errorf("%s\nwant ...%s", got, want)
		}
	})
}
