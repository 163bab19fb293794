package envfix

import (
	"os"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

// CacheTrouble and TempTrouble look at folders that worked when the command began.
func TestTrouble(t *testing.T) {
	for _, tt := range []struct {
		name        string
		make        func(p place)
		roots       []string
		path        string
		cache, temp string // the path and what is wrong with it
	}{
		{name: "works", make: dirs("d/00"), path: "d"},
		{name: "can be made", path: "d/e"},
		{name: "a file", make: file("d", ""), path: "d"},
		{
			name: "closed", make: closed("d"), path: "d",
			cache: "$W/d is not writable by uid $UID", temp: "$W/d is not writable by uid $UID",
		},
		{
			name: "cannot be made", make: closed("d"), path: "d/e",
			temp: "$W/d/e cannot be made: $W/d is not writable by uid $UID",
		},
		{
			name: "folder of another user", make: dirs("d/a0", "d/ff"), roots: []string{"d/a0", "d/ff"}, path: "d",
			cache: "$W/d/a0 is not writable by uid $UID",
		},
		{name: "folder that is none of the cache's", make: dirs("d/log"), roots: []string{"d/log"}, path: "d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			if tt.make != nil {
				tt.make(p)
			}
			linuxtest.Give(t, p.dir, tt.roots...)
			linuxtest.As(t, linuxtest.User, func() {
				say := func(path, trouble string) string {
					if trouble == "" {
						return ""
					}
					return p.shown(path + " " + trouble)
				}
				if got := say(CacheTrouble(p.path(tt.path))); got != tt.cache {
					t.Errorf("a cache: %q, want %q", got, tt.cache)
				}
				if got := say(TempTrouble(p.path(tt.path), true)); got != tt.temp {
					t.Errorf("a temp folder: %q, want %q", got, tt.temp)
				}
			})
		})
	}
	if _, why := CacheTrouble("off"); why != "" {
		t.Errorf("GOCACHE=off: %s", why)
	}
}

// A file of another user that is closed to us. A file of ours that is closed, or a folder, is none.
func TestClosedEntry(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	p := newPlace(t)
	for _, name := range []string{"c/00/ours-a", "c/7f/open-a", "c/7f/shut-d", "c/shut"} {
		p.write(name, "")
		linuxtest.Must(t, os.Chmod(p.path(name), 0))
	}
	p.mkdir("c/7f/dir", 0)
	linuxtest.Must(t, os.Chmod(p.path("c/7f/open-a"), 0o644))
	linuxtest.Give(t, p.dir, "c/7f/open-a", "c/7f/shut-d", "c/7f/dir", "c/shut")
	linuxtest.As(t, linuxtest.User, func() {
		if path, owner := ClosedEntry(p.path("c"), time.Now().Add(time.Minute)); path != p.path("c/7f/shut-d") || owner != 0 {
			t.Errorf("%s of uid %d", path, owner)
		}
		if path, _ := ClosedEntry(p.path("c"), time.Now().Add(-time.Minute)); path != "" {
			t.Errorf("without time: %s", path)
		}
		for name, want := range map[string]bool{"c/shut": true, "c/00/ours-a": false, "c/7f/dir": false, "c/none": false} {
			if owner, got := Closed(p.path(name)); got != want {
				t.Errorf("%s of uid %d: closed %t", name, owner, got)
			}
		}
	})
}

func TestEnvFileTrouble(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(p place)
		env  string
		want string
	}{
		{name: "works", make: file("e", ""), env: "$W/e"},
		{name: "can be made", env: "$W/a/b/e"},
		{name: "off", env: "off"},
		{name: "relative", env: "e"},
		{name: "directory", make: dirs("e"), env: "$W/e", want: "is a directory"},
		{
			name: "cannot be made", make: closed("a"), env: "$W/a/e",
			want: "cannot be made: $W/a is not writable by uid $UID",
		},
		{
			name: "closed", make: all(file("e", ""), func(p place) { linuxtest.Must(p.T, os.Chmod(p.path("e"), 0o444)) }),
			env: "$W/e", want: "is not writable by uid $UID",
		},
		{name: "device", env: os.DevNull, want: "is no regular file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			if tt.make != nil {
				tt.make(p)
			}
			linuxtest.Give(t, p.dir)
			linuxtest.As(t, linuxtest.User, func() {
				if got := p.shown(ReadSettings(p.environ("GOENV="+tt.env), "", nil).EnvFileTrouble()); got != tt.want {
					t.Errorf("%q, want %q", got, tt.want)
				}
			})
		})
	}
}

// What Inspect tells of a place is that by which Resolve decides.
func TestLookAt(t *testing.T) {
	p := newPlace(t)
	p.mkdir("d", 0o750)
	got := Inspect("GOCACHE", p.path("d/a/b"))
	fi, err := os.Stat(p.path("d"))
	linuxtest.Must(t, err)
	if got.Exists || got.Deepest != p.path("d") || got.Mode != fi.Mode() || got.Owner != os.Geteuid() ||
		got.Group != os.Getegid() || got.Access+got.Room != "" || got.NoExec || got.ReadOnly || got.Bytes == 0 ||
		got.Files == 0 || got.Names != LongestName {
		t.Errorf("%+v", got)
	}
	if got := Inspect("TMPDIR", p.path("d")); !got.Exists || got.WriteTrouble() != "" {
		t.Errorf("%+v, tried: %q", got, got.WriteTrouble())
	}
	if got := Inspect("TMPDIR", p.path("none")); got.Exists || got.WriteTrouble() != "" {
		t.Errorf("a missing one: %+v, tried: %q", got, got.WriteTrouble())
	}
	s := ReadSettings(p.environ(), "", nil)
	if got, want := s.LongNames(), p.path("home/.cache/go-safe"); got != want {
		t.Errorf("long names: %s, want %s", got, want)
	}
}
