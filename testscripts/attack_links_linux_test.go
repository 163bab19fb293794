package testscripts

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// attackGroup is the group that caches are shared with. The attacker is not in it unless a test says so.
const attackGroup = 43392

// allowHardLinks lets users make hard links to files of others until the test ends, also if it is killed.
func allowHardLinks(t *testing.T) {
	t.Helper()
	const setting = "/proc/sys/fs/protected_hardlinks"
	before, err := os.ReadFile(setting)
	if err == nil {
		err = os.WriteFile(setting, []byte("0"), 0)
	}
	if err != nil {
		t.Skipf("fs.protected_hardlinks cannot be set: %v", err)
	}
	guard := exec.Command("sh", "-c", `trap "" INT TERM HUP; cat; printf %s "$1" >`+setting, "sh",
		strings.TrimSpace(string(before)))
	pipe, err := guard.StdinPipe() // it closes when this process ends
	if err := errors.Join(err, guard.Start()); err != nil {
		os.WriteFile(setting, before, 0)
		t.Fatal(err)
	}
	t.Cleanup(func() {
		pipe.Close()
		guard.Wait()
		if now, err := os.ReadFile(setting); string(now) != string(before) {
			t.Errorf("fs.protected_hardlinks is %q, not %q: %v", now, before, err)
		}
	})
}

// facts returns all of a file or directory that must not change: all but its links and the times that change with
// them.
func facts(t *testing.T, path string) string {
	t.Helper()
	fi, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	st := fi.Sys().(*syscall.Stat_t)
	var acl [1024]byte
	n, _ := unix.Lgetxattr(path, "system.posix_acl_access", acl[:])
	s := fmt.Sprintf("%v %d:%d %x", fi.Mode(), st.Uid, st.Gid, acl[:max(n, 0)])
	if fi.Mode().IsRegular() {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s += fmt.Sprintf(" %v %q", fi.ModTime(), text)
	}
	return s
}

// While root works on a local user's cache, the user makes each file in it a hard link to root's file, again and
// again.
func TestAttackHardLinks(t *testing.T) {
	if !*attack {
		t.Skip("needs -attack: it lets users make hard links to files of others meanwhile")
	}
	a := newAttack(t)
	allowHardLinks(t)
	proxy, home, cache, bin := a.path("proxy"), a.path("home"), a.path("home/mod"), a.path("home/bin")
	publishVersions(t, proxy)
	mustDo(t, os.WriteFile(a.path("module/main.go"), []byte("package main\n\nfunc main() {}\n"), 0o644))
	environ := []string{
		"GOENV=off", "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOPROXY=file://" + proxy, "GOMODCACHE=" + cache,
	}
	template := a.path("template")
	mustRun(t, a.command(a.plain, append(slices.Clip(environ), "GOMODCACHE="+template), "mod", "download",
		"example.com/a@v1.0.0", "example.com/b@v1.0.0"))
	// The files are as go commands with -modcacherw make them. Some belong to root, as if root had left them.
	mustRun(t, exec.Command("chown", "-hR", fmt.Sprintf("%d:%[1]d", attackerUID), template))
	for _, name := range []string{"v1.0.0.mod", "v1.0.0.info"} {
		mustDo(t, os.Lchown(filepath.Join(template, "cache/download/example.com/a/@v", name), 0, 0))
	}
	binary := a.path("m")
	mustRun(t, a.command(a.plain, []string{"GOFLAGS="}, "build", "-o", binary))

	verb := func(environ []string, args ...string) func() {
		return func() { a.command(a.safe, environ, args...).Run() } // its messages depend on what it finds there
	}
	tool := func(args ...string) func() {
		return func() { exec.Command(args[0], args[1:]...).Run() }
	}
	group := fmt.Sprint(attackGroup)
	version := filepath.Join(cache, "cache/download/example.com/b/@v/v1.0.0")
	damage := func() { os.Truncate(version+".zip", 10) }
	copies := a.path("copies")
	for _, tt := range []struct {
		name   string
		before func()
		naive  func() // changes root's file
		safe   func()
	}{
		{"clean -modcache", nil, tool("chmod", "-R", "a+rwX", cache), // to be able to remove it
			verb(environ, "clean", "-modcache")},
		{"install", func() { os.WriteFile(filepath.Join(bin, "m"), []byte("\x7fELF old"), 0o755) },
			tool("cp", binary, filepath.Join(bin, "m")),
			verb([]string{"GOENV=off", "GOBIN=" + bin}, "install")},
		{"fix", nil, tool("chown", "-R", fmt.Sprint(attackerUID), cache),
			verb(environ, "safe", "fix", cache)},
		{"fix --owner", nil, tool("chown", "-R", fmt.Sprint(attackerUID), cache),
			verb(environ, "safe", "fix", "--owner", fmt.Sprintf("%d:%[1]d", attackerUID), cache)},
		{"share", nil, tool("sh", "-c", `chgrp -R "$0" "$1" && chmod -R g+rwX "$1"`, group, cache),
			verb(environ, "safe", "share", "--group", group, cache)},
		{"verify --heal", damage, tool("sh", "-c", `for e in zip ziphash mod; do cat "$0" >"$1.$e"; done`, binary, version),
			verb(environ, "safe", "verify", "--heal")},
		// If root may only read the cache, it makes a private copy. A copy made of hard links has root's file in it.
		{"seed", func() { removeTree(copies); os.Mkdir(copies, 0o755) },
			tool("sh", "-c", `cp -rl "$0" "$1/mod" && chmod -R a+rX "$1"`, cache, copies),
			tool("unshare", "-m", "sh", "-c",
				`mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"`, "sh", cache,
				"env", "-C", a.path("module"), "HOME="+copies, "GOMODCACHE="+cache, "GOENV=off", "GOSUMDB=off",
				"GOSAFE_GO="+a.plain, "GOPROXY=off", a.safe, "mod", "download", "example.com/b@v1.0.0")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, naive := range []bool{true, false} {
				hits, rounds, turned, do := 0, 0, 0, tt.safe
				if naive {
					do = tt.naive
				}
				for rounds < 100 && !(naive && hits > 0) {
					rounds++
					removeTree(home)
					removeTree(a.path("victim"))
					mustDo(t, os.Mkdir(a.path("victim"), 0o755))
					victim := a.path("victim/secret")
					mustDo(t, os.WriteFile(victim, []byte("root's secret"), 0o600))
					a.owned("home", "home/bin")
					mustRun(t, exec.Command("cp", "-a", template, cache))
					mustDo(t, unix.Chmod(bin, 0o2755))
					if tt.before != nil {
						tt.before()
					}
					was := facts(t, victim)
					stop := a.start("links", home, victim)
					do()
					turned += stop()
					if now := facts(t, victim); now != was {
						hits++
						if !naive {
							t.Errorf("root's file was %s\nand is %s", was, now)
						}
					}
					if found := secretIn(copies); found != "" && !naive {
						t.Errorf("the attacker reads %s", found)
					}
				}
				t.Logf("naive %t: root's file was changed in %d of %d rounds; %d links",
					naive, hits, rounds, turned)
				if hits > 0 != naive || turned < rounds {
					t.Errorf("naive %t: %d hits, %d links in %d rounds", naive, hits, turned, rounds)
				}
			}
		})
	}
}

// secretIn returns a file below a directory that has root's secret and that the attacker can read.
func secretIn(dir string) string {
	cmd := exec.Command("grep", "-rsl", "root's secret", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: attackerUID, Gid: attackerUID}}
	out, _ := cmd.Output()
	first, _, _ := strings.Cut(string(out), "\n")
	return first
}
