package envfix

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

func TestResolveTemp(t *testing.T) {
	const private = "GOTMPDIR=/var/tmp/go-$UID: "
	builds := func(r *Request) { r.RunsWork = false }
	decides(t, []decision{
		{name: "works"},
		{name: "chosen", make: dirs("work"), vars: []string{"GOTMPDIR=$W/work"}},
		{name: "chosen, and will be made", vars: []string{"GOTMPDIR=$W/work/a"}},
		{name: "relative", vars: []string{"GOTMPDIR=work"}},
		{name: "file", make: file("work", ""), vars: []string{"GOTMPDIR=$W/work"}},
		{name: "relative TMPDIR", vars: []string{"TMPDIR=tmp"}},
		{name: "asks for the default", vars: []string{"GOTMPDIR="}},
		{
			name: "TMPDIR is not there", vars: []string{"TMPDIR=$W/none"},
			want: private + "$W/none is not there\nTMPDIR=/var/tmp/go-$UID: $W/none is not there; undo: unset TMPDIR",
		},
		{
			name: "TMPDIR is not there, and is not needed", vars: []string{"TMPDIR=$W/none"},
			request: func(r *Request) { r.PrintsNoDirs = true },
		},
		{
			name: "TMPDIR is closed", make: closed("t"), vars: []string{"TMPDIR=$W/t"},
			want: private + "$W/t is not writable by uid $UID\n" +
				"TMPDIR=/var/tmp/go-$UID: $W/t is not writable by uid $UID; undo: unset TMPDIR",
		},
		{
			name: "TMPDIR is a file", make: file("t", ""), vars: []string{"TMPDIR=$W/t"},
			want: private + "$W/t is not a directory\nTMPDIR=/var/tmp/go-$UID: $W/t is not a directory; undo: unset TMPDIR",
		},
		{
			name: "TMPDIR is closed, and GOTMPDIR is chosen", make: all(closed("t"), dirs("work")),
			vars: []string{"TMPDIR=$W/t", "GOTMPDIR=$W/work"},
			want: "TMPDIR=$W/work: $W/t is not writable by uid $UID; undo: unset TMPDIR",
		},
		{
			name: "GOTMPDIR is closed", make: closed("work"), vars: []string{"GOTMPDIR=$W/work"},
			want: "GOTMPDIR=$W/tmp: $W/work is not writable by uid $UID; undo: unset GOTMPDIR",
		},
		{
			name: "GOTMPDIR and TMPDIR are closed", make: all(closed("work"), closed("t")),
			vars: []string{"GOTMPDIR=$W/work", "TMPDIR=$W/t"},
			want: private + "$W/work is not writable by uid $UID; undo: unset GOTMPDIR\n" +
				"TMPDIR=/var/tmp/go-$UID: $W/t is not writable by uid $UID; undo: unset TMPDIR",
		},
		{
			name: "private", request: func(r *Request) { r.PrivateTemp = true },
			want: "GOTMPDIR=$W/tmp/go-$UID: GOSAFE_TMPDIR=private",
		},
		{
			name:    "private for a command that needs none",
			request: func(r *Request) { r.PrivateTemp, r.NoDirs = true, true },
		},
		{
			name: "private, and somebody else was faster", make: dirs("tmp/go-4321"), roots: []string{"tmp/go-4321"},
			request: func(r *Request) { r.PrivateTemp = true },
			want:    private + "GOSAFE_TMPDIR=private",
		},
		{
			name: "others own the way", make: func(p place) { p.mkdir("t", 0o777) },
			vars: []string{"TMPDIR=$W/t"}, request: builds,
		},
	})
}

// A temp folder of a third user that is not sticky: its owner may replace what is in it.
func TestTempOfStranger(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const want = "GOTMPDIR=/var/tmp/go-$UID: $W/t belongs to uid 4333, who may replace what is in it"
	for mode, want := range map[os.FileMode]string{0o777: want, 0o777 | os.ModeSticky: ""} {
		p := newPlace(t)
		p.mkdir("t", mode)
		linuxtest.Give(t, p.dir)
		linuxtest.Must(t, os.Chown(p.path("t"), linuxtest.Attacker, linuxtest.Attacker))
		linuxtest.As(t, linuxtest.User, func() {
			if got := p.changes(Resolve(p.request(p.environ("TMPDIR=$W/t")))); got != want {
				t.Errorf("mode %v: %s, want %s", mode, got, want)
			}
		})
	}
}

// On a noexec file system nothing that was built can be run, and only that matters.
func TestTempNoExec(t *testing.T) {
	const noexec = 8
	linuxtest.OwnMounts(t)
	p := newPlace(t)
	linuxtest.Mount(t, "tmpfs", p.path("t"), "tmpfs", noexec, "mode=1777")
	linuxtest.Give(t, p.path("home"))
	for _, tt := range []struct {
		name    string
		vars    []string
		request func(r *Request)
		want    string
	}{
		{"runs what it builds", []string{"TMPDIR=$W/t"}, func(*Request) {},
			"GOTMPDIR=/var/tmp/go-$UID: $W/t is on a file system mounted noexec"},
		{"only builds", []string{"TMPDIR=$W/t"}, func(r *Request) { r.RunsWork = false }, ""},
		{"needs none", []string{"TMPDIR=$W/t"}, func(r *Request) { r.NoDirs, r.RunsWork = true, false }, ""},
		{"was chosen", []string{"GOTMPDIR=$W/t"}, func(*Request) {},
			"GOTMPDIR=$W/tmp: $W/t is on a file system mounted noexec; undo: unset GOTMPDIR"},
		{"a build cache", []string{"GOCACHE=$W/t/c"}, func(*Request) {},
			"GOCACHE=$W/home/.cache/go-safe/build: $W/t/c is on a file system mounted noexec; undo: unset GOCACHE"},
		{"a build cache that runs nothing", []string{"GOCACHE=$W/t/c"}, func(r *Request) { r.RunsCache = false }, ""},
		{"a module cache with a toolchain", []string{"GOMODCACHE=$W/t/m"},
			func(r *Request) { r.Switches = func() bool { return true } },
			"GOMODCACHE=$W/home/.cache/go-safe/gopath/pkg/mod: $W/t/m is on a file system mounted noexec, " +
				"and go.mod or GOTOOLCHAIN asks for a toolchain in it; undo: unset GOMODCACHE"},
		{"a module cache without one", []string{"GOMODCACHE=$W/t/m"}, func(*Request) {}, ""},
	} {
		linuxtest.As(t, linuxtest.User, func() {
			r := p.request(p.environ(tt.vars...))
			tt.request(&r)
			if got := p.changes(Resolve(r)); got != tt.want {
				t.Errorf("%s: %s\nwant %s", tt.name, got, tt.want)
			}
		})
	}
}

// A full temp folder, and a small one.
func TestTempRoom(t *testing.T) {
	linuxtest.OwnMounts(t)
	p := newPlace(t)
	linuxtest.Mount(t, "tmpfs", p.path("full"), "tmpfs", 0, "mode=1777,size=64k")
	linuxtest.Mount(t, "tmpfs", p.path("small"), "tmpfs", 0, "mode=1777,size=64m")
	linuxtest.Mount(t, "tmpfs", p.path("inodes"), "tmpfs", 0, "mode=1777,nr_inodes=40")
	linuxtest.Give(t, p.path("home"))
	const private = "GOTMPDIR=/var/tmp/go-$UID: "
	for _, tt := range []struct {
		name string
		runs bool
		want string
	}{
		{"full", true, private + "$W/full has 64 KiB left\n" +
			"TMPDIR=/var/tmp/go-$UID: $W/full has 64 KiB left; undo: unset TMPDIR"},
		{"inodes", true, private + "$W/inodes has 39 inodes left\n" +
			"TMPDIR=/var/tmp/go-$UID: $W/inodes has 39 inodes left; undo: unset TMPDIR"},
		{"small", true, ""},
		{"small", false, private + "$W/small has 65536 KiB left"},
	} {
		linuxtest.As(t, linuxtest.User, func() {
			r := p.request(p.environ("TMPDIR=$W/" + tt.name))
			r.RunsWork = tt.runs
			if got := p.changes(Resolve(r)); got != tt.want {
				t.Errorf("%s, runs %t: %s\nwant %s", tt.name, tt.runs, got, tt.want)
			}
		})
	}
}
