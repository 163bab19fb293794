package safecmd

import (
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/say"
)

// newCaches makes a place of an ordinary user with a module and a build cache.
func newCaches(t *testing.T) *place {
	t.Helper()
	p := newPlace(t, linuxtest.Reachable(t))
	p.write(map[string]string{
		"mod/cache/download/example.com/a/@v/v1.0.0.mod": "module example.com/a\n", "cache/00/x-a": "", "cache/ff/y-d": "",
	})
	return p
}

// startAsUser runs go safe as an ordinary user.
func (p *place) startAsUser(args ...string) outcome {
	p.Helper()
	cmd := p.command(args...)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: linuxtest.User, Gid: linuxtest.User}}
	}
	return p.output(cmd)
}

func (p *place) ownerAndMode(name string) (uid int, mode fs.FileMode) {
	p.Helper()
	fi, err := os.Lstat(p.path(name))
	p.do(err)
	return linuxtest.OwnerOf(p.path(name)), fi.Mode().Perm()
}

// What root made in a user's cache is given to the user. A dry run lists it.
func TestFixAsRoot(t *testing.T) {
	const folder = "mod/cache/download/example.com/a/@v"
	p := newCaches(t)
	linuxtest.Give(t, p.dir, folder+"/...")
	p.is(p.run("fix", "--dry-run", "$W/mod"), outcome{stdout: "" +
		"$W/" + folder + ": owner 0:0 to 4321:4321\n$W/" + folder + "/v1.0.0.mod: owner 0:0 to 4321:4321\n" +
		"$W/mod: would be changed: 2 owners, among 7 entries\n"})
	if uid, _ := p.ownerAndMode(folder); uid != 0 {
		t.Errorf("the dry run gave it to uid %d", uid)
	}
	p.is(p.run("fix", "$W/mod"), outcome{stdout: "$W/mod: changed: 2 owners, among 7 entries\n"})
	if uid, _ := p.ownerAndMode(folder); uid != linuxtest.User {
		t.Errorf("it belongs to uid %d", uid)
	}
	p.is(p.run("fix", "$W/mod"), outcome{stdout: "$W/mod: nothing to change among 7 entries\n"})
}

// Without directories both caches are fixed: the user opens what is the user's own, and moves aside what is not.
func TestFixAsUser(t *testing.T) {
	p := newCaches(t)
	p.mkdir("mod/cache/download/example.com/a/@v", 0)
	t.Cleanup(func() { os.Chmod(p.path("mod/cache/download/example.com/a/@v"), 0o755) })
	linuxtest.Give(t, p.dir)
	p.is(p.startAsUser("fix", "--dry-run"), outcome{stdout: "$W/cache: nothing to change among 5 entries\n" +
		"$W/mod/cache/download/example.com/a/@v: mode 0000, made readable\n" +
		"$W/mod: would be changed: 1 mode, among 6 entries\n"})
	p.is(p.startAsUser("fix"), outcome{stdout: "$W/cache: nothing to change among 5 entries\n" +
		"$W/mod: changed: 2 modes, among 7 entries\n"})
	if _, mode := p.ownerAndMode("mod/cache/download/example.com/a/@v"); mode != 0o700 {
		t.Errorf("mode %v", mode)
	}
	if os.Geteuid() != 0 {
		t.Skip("the rest needs root")
	}
	p.mkdir("cache/7f", 0o700)
	p.is(p.startAsUser("fix", p.path("cache")), outcome{stdout: "$W/cache: changed: 1 moved aside, among 6 entries\n"})
	if uid, _ := p.ownerAndMode("cache/7f.foreign"); uid != 0 {
		t.Errorf("uid %d", uid)
	}
}

// A file with several names stays as it is: nobody knows what else is in it.
func TestFixLeaves(t *testing.T) {
	p := newCaches(t)
	p.do(os.Link(p.path("cache/00/x-a"), p.path("cache/00/z-a")))
	linuxtest.Give(t, p.dir, "cache/00/x-a", "cache/00/z-a")
	got := p.run("fix", "$W/cache")
	got.stderr = strings.ReplaceAll(got.stderr, "x-a", "z-a") // the first of the two in the directory
	p.is(got, outcome{exitLeft, "$W/cache: nothing to change among 6 entries\n",
		"go-safe: left as they are: 2 (has 2 names), such as $W/cache/00/z-a\n"})
}

// With --owner root gives everything to the user named, and finds the caches in a volume.
func TestFixOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	p := newCaches(t)
	p.mkdir("volume", 0o755)
	p.do(os.Rename(p.path("mod"), p.path("volume/mod")))
	p.do(os.Rename(p.path("cache"), p.path("volume/build")))
	got := p.run("fix", "--owner", "4321:4321", "$W/volume")
	if got.status != 0 || got.stderr != "" {
		t.Errorf("%+v", got)
	}
	for _, name := range []string{"volume", "volume/mod/cache/download", "volume/build/00/x-a"} {
		if uid, _ := p.ownerAndMode(name); uid != 4321 {
			t.Errorf("%s belongs to uid %d", name, uid)
		}
	}
}

// A cache is fixed alone: while others use it, go-safe waits, and fails only if the user requires locks.
func TestFixBusy(t *testing.T) {
	p := newCaches(t)
	p.startHolder("cache", 0, false)
	p.set("GOSAFE_LOCK_TIMEOUT=0s")
	for required, want := range map[string]int{"": 0, "required": say.ExitFailed} {
		p.set("GOSAFE_LOCK=" + required)
		if got := p.run("fix", "$W/cache"); got.status != want || got.stderr == "" {
			t.Errorf("GOSAFE_LOCK=%s: %+v", required, got)
		}
		if got := p.run("fix", "--dry-run", "$W/cache"); got.status != 0 || got.stderr != "" {
			t.Errorf("GOSAFE_LOCK=%s, dry run: %+v", required, got)
		}
	}
}
