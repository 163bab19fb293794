//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/shim"
)

// A setting with another value than the manual's is an error, and the go command is not run. With GOSAFE=off only
// GOSAFE_GO counts.
func TestWrongSettings(t *testing.T) {
	p := newPlace(t, t.TempDir())
	for _, name := range config.Names() {
		switch name {
		case "GOSAFE_CACHE", "GOSAFE_CACHE_KEYS", "GOSAFE_CACHE_SIGN":
			continue // which go-safe-cache checks
		}
		p := &place{T: t, dir: p.dir, environ: p.environ}
		p.set(name + "=bogus")
		status, said := p.run("build")
		begin := "go-safe: " + name + "=bogus is not valid; allowed: "
		if status != say.ExitFailed || !strings.HasPrefix(said, begin) || !strings.HasSuffix(said, ", or unset\n") ||
			p.log() != "" {
			t.Errorf("%s: status %d, said %q", name, status, said)
		}
		if name == "GOSAFE" {
			continue
		}
		p.set("GOSAFE=off")
		_, said, state := p.start("build").end()
		if off := state == "exit status 0" && said == "" && p.log() == "build"; off == (name == "GOSAFE_GO") {
			t.Errorf("%s with GOSAFE=off: %s, said %q", name, state, said)
		}
	}
}

// A go that is there and cannot be run has a status of its own, whether it would replace go-safe or be its child.
func TestCannotRun(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{
		"script": "#!/nowhere/sh\n", "machine": "\x7fELF\x00\n", "closed": "#!" + p.path("m/go.mod") + "\n", "plain": "",
	})
	const another = "; run: export GOSAFE_GO=/path/to/go\n"
	for _, tt := range []struct {
		file   string
		status int
		said   string // behind the path; in it OP is exec or start
	}{
		{"script", say.ExitCannotRun, ": no such file or directory (its interpreter is missing)" + another},
		{"machine", say.ExitCannotRun, ": exec format error" + another},
		{"closed", say.ExitCannotRun, ": permission denied" + another},
		{"plain", say.ExitNotFound, ": not executable; run: unset GOSAFE_GO\n"},
		{"m", say.ExitNotFound, ": a directory; run: unset GOSAFE_GO\n"},
		{"none", say.ExitNotFound, ": no such file or directory; run: unset GOSAFE_GO\n"},
	} {
		if tt.file != "plain" && tt.status == say.ExitCannotRun {
			p.do(os.Chmod(p.path(tt.file), 0o755))
		}
		p.set("GOSAFE_GO=$W/" + tt.file)
		for line, before := range map[string]string{"version": "exec ", "build": "start "} {
			if tt.status == say.ExitNotFound {
				before = "GOSAFE_GO="
			}
			p.is(tt.status, "go-safe: "+before+"$W/"+tt.file+tt.said, line)
		}
		if p.held("cache") || p.held("mod") {
			t.Errorf("%s: a lock is held", tt.file)
		}
	}
}

// A script called go that starts go-safe again, as a version manager's may, does that once.
func TestLoop(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"manager/go": "#!/bin/sh\necho manager\nMAIN_TEST=1 exec \"$SELF\" \"$@\"\n"})
	p.do(os.Chmod(p.path("manager/go"), 0o755))
	self, err := filepath.Abs(os.Args[0])
	p.do(err)
	p.set("PATH=$W/manager:$W/tree/bin:/usr/bin:/bin", "SELF="+self, `FAKE=echo "go $*"`)
	for _, line := range []string{"version -m", "build ./..."} {
		printed, said, state := p.start(strings.Fields(line)...).end()
		if printed != "manager\ngo "+line+"\n" || said != "" || state != "exit status 0" {
			t.Errorf("printed %q, said %q, %s", printed, said, state)
		}
	}
}

func TestIsResourceLimit(t *testing.T) {
	for err, want := range map[error]bool{
		syscall.EAGAIN: true, syscall.ENOMEM: true, syscall.EMFILE: true, syscall.ENFILE: true,
		syscall.ENOENT: false, syscall.EACCES: false,
	} {
		if got := isResourceLimit(&os.PathError{Op: "start", Path: "/go", Err: err}); got != want {
			t.Errorf("%v: %t", err, got)
		}
	}
	if isResourceLimit(nil) {
		t.Error("no error is one")
	}
}

// The name with which the real go is called. A version manager's shim gets its own path.
func TestArgv0(t *testing.T) {
	for _, tt := range []struct {
		argv         []string
		goroot, want string
	}{
		{[]string{"go"}, "/t", "go"},
		{[]string{"/usr/bin/go", "env"}, "/t", "/usr/bin/go"},
		{[]string{"go-safe"}, "/t", "go"},
		{[]string{""}, "/t", "go"},
		{nil, "/t", "go"},
		{[]string{"go"}, "", ""},
	} {
		if got := argv0(tt.argv, shim.Go{Path: "/t/bin/go", GOROOT: tt.goroot}); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}
