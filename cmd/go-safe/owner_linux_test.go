package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// What root's command makes in a user's caches and project is given to that user.
func TestRootGivesBack(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	for repairs, owner := range map[string]int{"": linuxtest.User, "off": 0} {
		p := newPlace(t, linuxtest.Reachable(t))
		linuxtest.Give(t, p.dir)
		const entry = "/cache/download/example.com/a/@v/v1.0.0.mod"
		p.set("GOSAFE_REPAIR="+repairs, `FAKE=mkdir -p "${GOMODCACHE}/cache/download/example.com/a/@v" "$GOCACHE/00"; `+
			`echo >"$GOMODCACHE`+entry+`"; echo >"$GOCACHE/00/x-a"; echo >go.sum; echo >other`)
		status, said := p.run("mod", "tidy")
		if strings.Contains(said, "birth") { // the file system does not tell what is new
			t.Skip(said)
		}
		if status != 0 || said != "" {
			t.Errorf("status %d, said %q", status, said)
		}
		for _, name := range []string{"mod" + entry, "cache/00/x-a", "m/go.sum"} {
			if uid := linuxtest.OwnerOf(p.path(name)); uid != owner {
				t.Errorf("GOSAFE_REPAIR=%s: %s belongs to uid %d", repairs, name, uid)
			}
		}
		if uid := linuxtest.OwnerOf(p.path("m/other")); uid != 0 {
			t.Errorf("what a program made belongs to uid %d", uid)
		}
	}
}

// A module cache that can only be read lacks a module: the user's commands get a private copy with what the cache has.
func TestFillsPrivateCopy(t *testing.T) {
	p := newPlace(t, linuxtest.Reachable(t))
	a := module.Version{Path: "example.com/a", Version: "v1.0.0"}
	const gomod = "module example.com/a\n"
	downloads := p.path("mod/cache/download")
	cachetest.Publish(t, downloads, a, map[string]string{"go.mod": gomod, "a.go": "package a\n"})
	sum, err := dirhash.HashZip(filepath.Join(downloads, "example.com/a/@v/v1.0.0.zip"), dirhash.Hash1)
	p.do(err)
	p.write(map[string]string{
		"mod/cache/download/example.com/a/@v/v1.0.0.ziphash": sum,
		"m/go.mod": "module m\n\ngo 1.21\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0\n)\n",
		"m/go.sum": "example.com/a v1.0.0 " + sum + "\nexample.com/a v1.0.0/go.mod " + modcache.HashMod([]byte(gomod)) +
			"\nexample.com/b v1.0.0 " + sum + "\nexample.com/b v1.0.0/go.mod " + sum + "\n",
	})
	linuxtest.Give(t, p.dir)
	for _, dir := range []string{"mod", "mod/cache", "mod/cache/download"} {
		p.do(os.Chmod(p.path(dir), 0o555))
		defer os.Chmod(p.path(dir), 0o755)
	}
	p.set("GOPROXY=file:///none", "GOSUMDB=off", "GOSAFE_VERBOSE=1",
		`FAKE=cd "$GOMODCACHE/cache/download/example.com"; pwd; cat a/@v/v1.0.0.mod; ls`)
	c := p.startAsUser("build")
	printed, said, state := c.end()
	lines := strings.Split(p.shown(printed), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "$W/home/.cache/go-safe/mod-") || lines[1]+"\n" != gomod ||
		lines[2] != "a" || state != "exit status 0" {
		t.Errorf("printed %q, %s, said %s", lines, state, said)
	}
	if said := p.shown(said); !strings.Contains(said, ", a private copy of $W/mod, got 1 modules that it lacked\n") {
		t.Error(said)
	}
	if got := p.text("mod/cache/download/example.com/b"); got != "" {
		t.Errorf("the cache was changed: %q", got)
	}
}

// startAsUser starts a command line in a process of an ordinary user.
func (p *place) startAsUser(args ...string) process {
	p.Helper()
	var user *syscall.SysProcAttr
	if os.Geteuid() == 0 {
		user = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: linuxtest.User, Gid: linuxtest.User}}
	}
	return p.startAs(user, args...)
}
