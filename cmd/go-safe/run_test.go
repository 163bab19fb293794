//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/say"
)

// The command line reaches the go command unchanged, and its exit status comes back. Nothing is said.
func TestStatus(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set("GOSAFE_EXEC=child")
	for _, line := range []string{
		"build ./...", "version", "-C .. list -m -f {{.Path}}", "run . -x --", "nosuch -q", "test -run= .",
	} {
		for code, want := range map[string]int{"0": 0, "1": 1, "2": 2, "77": 77, "255": 255} {
			p.set("FAKE=exit " + code)
			p.is(want, "", strings.Fields(line)...)
			if got := p.log(); got != line {
				t.Errorf("the go command got %q, want %q", got, line)
			}
		}
	}
}

// What does not work is replaced, and the user is told how to silence the warning. Tools parse what go env and others
// print, and get no warning.
func TestOverride(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"f": ""})
	p.set("GOCACHE=$W/f/c", "GOSAFE_EXEC=child", `FAKE=echo "$GOCACHE" >"$HOME/seen"`)
	const warning = "go-safe: warning: GOCACHE: $W/f/c cannot be made: $W/f is not a directory; " +
		"using $W/home/.cache/go-safe/build; to silence this: unset GOCACHE\n"
	for line, want := range map[string]string{"build": warning, "env": "", "vet .": warning} {
		p.is(0, want, strings.Fields(line)...)
		if got := p.shown(p.text("home/seen")); got != "$W/home/.cache/go-safe/build\n" {
			t.Errorf("go %s: GOCACHE is %q", line, got)
		}
	}
	if fi, err := os.Stat(p.path("home/.cache/go-safe")); err != nil || fi.Mode() != 0o700|fs.ModeDir {
		t.Errorf("%v, %v", fi, err)
	}
}

// GOSAFE_VERBOSE=1 says each decision.
func TestVerbose(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set("GOSAFE_VERBOSE=1", "GOSAFE_EXEC=child", "TMPDIR=$W/none", "GOTMPDIR=$W/work")
	p.is(0, "go-safe: warning: TMPDIR: $W/none is not there; using $W/work; to silence this: unset TMPDIR\n"+
		"go-safe: real go: $W/tree/bin/go\n"+
		"go-safe: command: go build may write to: module cache, build cache; removes: nothing; "+
		"starts a program: false (compiles)\n"+
		"go-safe: TMPDIR=$W/work: $W/none is not there\n", "build")
}

// A command that may write to a cache holds its lock while the go command runs. Others hold none.
func TestHoldsLocks(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set("FAKE="+p.meet(), "GOSAFE_EXEC=child")
	for _, tt := range []struct {
		line       string
		lock       string
		mod, cache bool
	}{
		{"build", "", true, true},
		{"mod download", "", true, false},
		{"version", "", false, false},
		{"run .", "", false, false},
		{"clean -cache", "", false, true},
		{"build", "off", false, false},
		{"build", "required", true, true},
	} {
		p.set("GOSAFE_LOCK=" + tt.lock)
		done := p.meanwhile(func() {
			if mod, cache := p.held("mod"), p.held("cache"); mod != tt.mod || cache != tt.cache {
				t.Errorf("go %s, GOSAFE_LOCK=%s: holds the module cache %t, the build cache %t", tt.line, tt.lock, mod, cache)
			}
		})
		p.is(0, "", strings.Fields(tt.line)...)
		<-done
		if p.held("mod") || p.held("cache") {
			t.Errorf("go %s: a lock is not released", tt.line)
		}
	}
}

// If others hold the lock, the command goes on without it, or with GOSAFE_LOCK=required does not start.
func TestLockIsBusy(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set("FAKE="+p.meet(), "GOSAFE_LOCK_TIMEOUT=0s")
	holder := p.start("build")
	done := p.meanwhile(func() {
		p.set("FAKE=exit 3")
		const held = "GOCACHE: $W/cache is held by "
		status, said := p.run("clean", "-cache")
		if status != 3 || !strings.HasPrefix(said, "go-safe: warning: "+held) || p.log() == "" {
			t.Errorf("status %d, said %q", status, said)
		}
		p.set("GOSAFE_LOCK=required")
		status, said = p.run("clean", "-cache")
		if status != say.ExitFailed || !strings.HasPrefix(said, "go-safe: "+held) || p.log() != "" {
			t.Errorf("required: status %d, said %q", status, said)
		}
	})
	<-done
	if _, said, state := holder.end(); state != "exit status 0" || said != "" {
		t.Errorf("the holder: %s, said %q", state, said)
	}
}

// A failed command gets a hint if the cause is certain, after what the go command said.
func TestHint(t *testing.T) {
	p := newPlace(t, t.TempDir())
	const zip = "mod/cache/download/example.com/a/@v/v1.0.0.zip"
	p.write(map[string]string{zip: "PK"})
	const hint = "go-safe: hint: $W/" + zip + " is torn, which is no attack; " +
		"run: go safe verify --heal example.com/a@v1.0.0\n"
	line := []string{"mod", "download", "example.com/a@v1.0.0"}
	p.set("FAKE=exit 1")
	p.is(1, hint, line...)
	p.set("FAKE=exit 0")
	p.is(0, "", line...)
	p.set("FAKE=exit 1", "GOSAFE_HINT=off")
	p.is(1, "", line...)
}

// While a cache is cleaned the go command finds it empty. What was in it is removed if the go command has removed what
// it found, else it is put back.
func TestClean(t *testing.T) {
	const (
		look   = `ls "$GOCACHE/00" "$GOMODCACHE" >"$HOME/seen"; `
		remove = `rm -r "$GOCACHE"/[0-9a-f][0-9a-f] "$GOMODCACHE"`
		build  = "cache/00/x-a"
		mod    = "mod/cache/download/example.com/a/@v/v1.0.0.mod"
	)
	for _, tt := range []struct {
		fake   string
		status int
		left   bool
	}{
		{look + remove, 0, false},
		{look + "exit 1", 1, true},
		{look + remove + "; exit 2", 2, false},
	} {
		p := newPlace(t, t.TempDir())
		p.write(map[string]string{build: "x", mod: "x"})
		p.set("FAKE=" + tt.fake)
		p.is(tt.status, "", "clean", "-cache", "-modcache")
		if got := p.shown(p.text("home/seen")); got != "$W/cache/00:\n\n$W/mod:\n" {
			t.Errorf("the go command saw %q", got)
		}
		if left := p.text(build) + p.text(mod); left != map[bool]string{true: "xx"}[tt.left] {
			t.Errorf("%s: left %q", tt.fake, left)
		}
		for _, dir := range []string{"", "cache"} {
			if left, _ := filepath.Glob(p.path(dir + "/*go-safe*")); len(left) > 0 {
				t.Errorf("%s: left %q", tt.fake, left)
			}
		}
	}
}

// Binaries replace others in one step where the go command would write into them, as in a setgid folder.
func TestInstall(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"bin/tool": "old"})
	p.do(os.Chmod(p.path("bin"), 0o775|fs.ModeSetgid))
	old, err := os.Open(p.path("bin/tool"))
	p.do(err)
	defer old.Close()
	p.set("GOBIN=$W/bin", `FAKE=echo "$GOBIN" >"$HOME/seen"; printf new >"$GOBIN/tool"; chmod 755 "$GOBIN/tool"`)
	p.is(0, "", "install", "./tool")
	if got := p.shown(p.text("home/seen")); got == "$W/bin\n" || got == "" {
		t.Errorf("the go command built in %q", got)
	}
	data := make([]byte, 3)
	old.ReadAt(data, 0)
	if got := p.text("bin/tool"); got != "new" || string(data) != "old" {
		t.Errorf("installed %q; whoever runs the old one has %q", got, data)
	}
	if names, _ := filepath.Glob(p.path("bin/*")); len(names) != 1 {
		t.Errorf("left %q", names)
	}
	p.set("FAKE=exit 1")
	p.is(1, "", "install", "./tool")
	if got := p.text("bin/tool"); got != "new" {
		t.Errorf("a failed command left %q", got)
	}
}
