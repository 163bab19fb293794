package testscripts

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// While root works on the cache in a local user's folder, that user exchanges the folder for something of root's, as
// fast as possible.
func TestAttackExchange(t *testing.T) {
	a := newAttack(t)
	rounds := 20
	if *attack {
		rounds = 300
	}
	// These are in root's folder, whatever its name is by then.
	names := []string{".", "mod", "mod/cache", "mod/cache/download/m.example/x"}
	home, cache, roots := a.path("home"), a.path("home/x/mod"), a.path("roots")
	for _, tt := range []struct {
		name string
		make func() (other string, err error) // what home/x is exchanged for
	}{
		{"a link to root's cache", func() (string, error) {
			return a.path("home/y"), os.Symlink(roots, a.path("home/y"))
		}},
		{"root's own folder", func() (string, error) {
			other := a.path("home/y")
			err := errors.Join(os.MkdirAll(other+"/mod/cache/download/m.example", 0o755),
				os.WriteFile(other+"/mod/cache/download/m.example/x", nil, 0o600), os.Chmod(other, 0o700))
			return other, err
		}},
	} {
		for _, w := range []struct {
			name  string
			naive bool
			args  []string
		}{
			{"chown -R", true, []string{"chown", "-R", fmt.Sprint(attackerUID), cache}},
			{"chmod -R", true, []string{"chmod", "-R", "a+rwX", cache}},
			{"go safe fix", false, []string{"safe", "fix", cache}},
			{"go safe share", false, []string{"safe", "share", "--group", fmt.Sprint(attackGroup), cache}},
		} {
			hits, turned, done, worked := 0, 0, 0, 0
			for done < rounds && !(w.naive && hits > 0) {
				done++
				os.RemoveAll(home)
				os.RemoveAll(roots)
				a.owned("home", "home/x/mod/cache/download/m.example")
				mustDo(t, os.MkdirAll(roots+"/mod/cache/download/m.example", 0o755))
				mustDo(t, os.WriteFile(roots+"/mod/cache/download/m.example/x", nil, 0o600))
				other, err := tt.make()
				mustDo(t, err)
				was := make(map[string]string)
				folder, err := os.Open(other)
				mustDo(t, err)
				at := func(name string) string { return fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), name) }
				for _, name := range names {
					was[name] = facts(t, at(name))
				}
				stop := a.start("exchange", a.path("home/x"), other)
				if w.naive {
					exec.Command(w.args[0], w.args[1:]...).Run()
				} else if a.command(a.safe, nil, w.args...).Run() == nil { // it may be refused
					worked++
				}
				turned += stop()
				for _, name := range names {
					if now := facts(t, at(name)); now != was[name] {
						hits++
						if !w.naive {
							t.Errorf("%s, %s: %s was %s\nand is %s", tt.name, w.name, name, was[name], now)
						}
						break
					}
				}
				folder.Close()
			}
			t.Logf("%s, %s: it was changed in %d of %d rounds, and was not refused in %d; %d exchanges",
				tt.name, w.name, hits, done, worked, turned)
			if hits > 0 != w.naive || turned < done || !w.naive && worked == 0 {
				t.Errorf("%s, %s: %d hits, %d exchanges, %d times not refused", tt.name, w.name, hits, turned, worked)
			}
		}
	}
}

// A user who is not root shares a cache with a group. A member of the group puts links to the owner's own files into
// it.
func TestAttackShareMember(t *testing.T) {
	a := newAttack(t)
	rounds := 20
	if *attack {
		rounds = 300
	}
	const owner = 43393
	member, group := []uint32{attackGroup}, fmt.Sprint(attackGroup)
	own, cache := a.path("own"), a.path("own/mod")
	secrets := []string{a.path("own/.ssh"), a.path("own/.ssh/id"), a.path("own/secret")}
	as := func(cmd *exec.Cmd) *exec.Cmd {
		who := &syscall.Credential{Uid: owner, Gid: owner, Groups: member}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
		return cmd
	}
	for _, w := range []struct {
		name  string
		naive bool
		args  []string
	}{
		{"find -exec chmod", true, []string{"find", cache, "!", "-type", "l", "-exec", "chmod", "g+rwX", "{}", "+"}},
		{"find -exec chgrp", true, []string{"find", cache, "!", "-type", "l", "-exec", "chgrp", group, "{}", "+"}},
		{"go safe share", false, []string{a.safe, "safe", "share", "--group", group, cache}},
		{"go safe fix", false, []string{a.safe, "safe", "fix", cache}},
	} {
		hits, turned, done, worked := 0, 0, 0, 0
		for done < rounds && !(w.naive && hits > 0) {
			done++
			os.RemoveAll(own)
			at := a.path("own/mod/cache/download/m.example")
			for _, d := range []string{a.path("own/.ssh"), at + "/dir", at + "/@v"} {
				mustDo(t, os.MkdirAll(d, 0o755))
			}
			for _, name := range []string{a.path("own/.ssh/id"), a.path("own/secret"), at + "/file"} {
				mustDo(t, os.WriteFile(name, []byte("secret"), 0o600))
			}
			for i := range 100 { // so that a walk takes a moment
				mustDo(t, os.WriteFile(fmt.Sprintf("%s/@v/v1.%d.0.mod", at, i), nil, 0o600))
			}
			mustDo(t, errors.Join(
				os.Chmod(a.path("own/.ssh"), 0o700),
				os.Symlink(a.path("own/.ssh"), at+"/dirlink"),
				os.Symlink(a.path("own/secret"), at+"/link")))
			mustRun(t, exec.Command("chown", "-hR", fmt.Sprintf("%d:%[1]d", owner), own))
			mustRun(t, exec.Command("sh", "-c", fmt.Sprintf(
				`chgrp -hR %d "$0" && find "$0" -type d -exec chmod 2775 {} +`, attackGroup), cache))
			mustDo(t, unix.Chmod(at+"/dir", 0o2755)) // there is something to do
			was := make(map[string]string)
			for _, name := range secrets {
				was[name] = facts(t, name)
			}
			stopDir := a.startIn(member, "exchange", at+"/dir", at+"/dirlink")
			stopFile := a.startIn(member, "exchange", at+"/file", at+"/link")
			if as(a.command(w.args[0], []string{"GOENV=off"}, w.args[1:]...)).Run() == nil {
				worked++
			}
			turned += min(stopDir(), stopFile())
			for _, name := range secrets {
				if now := facts(t, name); now != was[name] {
					hits++
					if !w.naive {
						t.Errorf("%s: %s was %s\nand is %s", w.name, name, was[name], now)
					}
					break
				}
			}
		}
		t.Logf("%s: the owner's files were changed in %d of %d rounds, and it worked in %d; %d exchanges",
			w.name, hits, done, worked, turned)
		if hits > 0 != w.naive || turned < done {
			t.Errorf("%s: %d hits, %d exchanges, %d times it worked", w.name, hits, turned, worked)
		}
		if w.naive {
			continue
		}
		// Without the attack it goes through the cache. On an idle machine the attacker may keep it from that in each
		// round. It may leave what he has moved (exit status 1).
		cmd := as(a.command(w.args[0], []string{"GOENV=off"}, w.args[1:]...))
		if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("%s: %v\n%s", w.name, err, out)
		}
	}
}
