package testscripts

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// attackerUID is the local user who attacks root. It has no account.
const attackerUID = 43391

// An attackRace is a race with a program of the attacker's.
type attackRace struct {
	*race
	program string
}

func newAttack(t *testing.T) *attackRace {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	a := &attackRace{race: newRace(t, "-- go.mod --\nmodule m\n")}
	a.program = a.path("attacker")
	build := exec.Command("go", "build", "-o", a.program, "./attacker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	mustRun(t, build)
	return a
}

// start starts the attacker's program and waits until it is ready. stop ends it and returns how often it did its
// work.
func (a *attackRace) start(args ...string) (stop func() (done int)) {
	a.t.Helper()
	return a.startIn(nil, args...)
}

// startIn is start for an attacker who is in groups.
func (a *attackRace) startIn(groups []uint32, args ...string) (stop func() (done int)) {
	a.t.Helper()
	cmd := exec.Command(a.program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{
		Uid: attackerUID, Gid: attackerUID, Groups: groups,
	}}
	out, err := cmd.StdoutPipe()
	cmd.Stderr = os.Stderr
	if err := errors.Join(err, cmd.Start()); err != nil {
		a.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		a.t.Fatal("the attacker is not ready")
	}
	return func() (done int) {
		cmd.Process.Kill()
		for lines.Scan() {
			done++
		}
		cmd.Wait()
		return done
	}
}

// owned makes directories, and gives the first one and all that is in it to the attacker.
func (a *attackRace) owned(dirs ...string) {
	a.t.Helper()
	for _, d := range dirs {
		if err := os.MkdirAll(a.path(d), 0o755); err != nil {
			a.t.Fatal(err)
		}
	}
	mustRun(a.t, exec.Command("chown", "-hR", fmt.Sprint(attackerUID), a.path(dirs[0])))
}

// ~/x is a link to a cache, and root fixes that cache. Its owner turns the link meanwhile. The cache that root opened
// was root's own. The parent that root looked at afterwards was the attacker's. So root's cache looked like one that
// root had made for the attacker.
func TestAttackFixParent(t *testing.T) {
	a := newAttack(t)
	for _, tt := range []struct {
		name  string
		naive bool
		fix   func(dir string)
	}{
		{"opened, and its parent by path", true, giveToParent},
		{"go safe fix", false, func(dir string) {
			a.command(a.safe, nil, "safe", "fix", dir).Run() // it may already find the attacker's own cache
		}},
		{"go safe fix, without locks", false, func(dir string) {
			a.command(a.safe, []string{"GOSAFE_LOCK=off"}, "safe", "fix", dir).Run()
		}},
	} {
		hits, rounds := 0, 0
		for rounds < 12 || tt.naive && hits == 0 && rounds < 100 {
			rounds++
			for _, d := range []string{"home", "roots"} {
				os.RemoveAll(a.path(d))
			}
			a.owned("home", "home/mine/mod/cache/download")
			for i := range 300 { // so that a look at them takes a moment
				if err := os.MkdirAll(fmt.Sprintf("%s/cache/download/m%d.example", a.path("roots/mod"), i), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			link := a.path("home/x")
			mustDo(t, errors.Join(os.Symlink(a.path("roots"), link), os.Lchown(link, attackerUID, attackerUID)))
			stop := a.start("open", a.path("roots/mod"), a.path("home/x"), a.path("home/mine"))
			tt.fix(a.path("home/x/mod"))
			stop()
			if uidOf(t, a.path("roots/mod/cache")) != 0 || uidOf(t, a.path("roots/mod")) != 0 {
				hits++
			}
		}
		t.Logf("%s: root's cache was the attacker's in %d of %d rounds", tt.name, hits, rounds)
		if hits > 0 != tt.naive {
			t.Errorf("%s: %d hits", tt.name, hits)
		}
	}
}

// giveToParent makes the mistake: it opens the cache, and gives it to the owner of the directory that its path names
// by then.
func giveToParent(dir string) {
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return
	}
	defer f.Close()
	var st unix.Stat_t
	for i := range 300 { // is it a cache?
		if unix.Fstatat(int(f.Fd()), fmt.Sprintf("cache/download/m%d.example", i), &st, 0) != nil {
			return
		}
	}
	if fi, err := os.Stat(filepath.Dir(dir)); err == nil {
		f.Chown(int(fi.Sys().(*syscall.Stat_t).Uid), -1)
	}
}

// While root cleans a user's cache, root makes a folder beside it, with the owner and mode of the cache. The user
// puts a link to a program of root's in the place of that folder, and the cache has the setuid bit.
func TestAttackCleanFolder(t *testing.T) {
	a := newAttack(t)
	program := a.path("roots/program")
	hits := func(rounds int, clean func(cache string)) (hits, swaps int) {
		for range rounds {
			for _, d := range []string{"home", "roots"} {
				os.RemoveAll(a.path(d))
			}
			a.owned("home", "home/mod/cache/download/m.example")
			mustDo(t, errors.Join(
				os.Mkdir(a.path("roots"), 0o755),
				os.WriteFile(program, nil, 0o700),
				unix.Chmod(a.path("home/mod"), 0o4777)))
			stop := a.start("folder", a.path("home"), "go-safe-clean-", program)
			clean(a.path("home/mod"))
			swaps += stop()
			fi, err := os.Stat(program)
			if err != nil || fi.Mode() != 0o700 || uidOf(t, program) != 0 {
				hits++
			}
		}
		return hits, swaps
	}
	naive := 0
	for i := 0; i < 20 && naive == 0; i++ {
		naive, _ = hits(10, folderByPath)
	}
	if naive == 0 {
		t.Error("the attack fails against a chmod by path: this proves nothing")
	}
	won, swaps := hits(40, func(cache string) {
		a.command(a.safe, []string{"GOMODCACHE=" + cache}, "clean", "-modcache").Run()
	})
	t.Logf("the folder was replaced %d times in 40 rounds", swaps)
	if won > 0 {
		t.Errorf("root's program was changed in %d of 40 rounds", won)
	}
}

// folderByPath makes the mistake: it sets owner and mode by path.
func folderByPath(cache string) {
	fi, err := os.Stat(cache)
	if err != nil {
		return
	}
	folder, err := os.MkdirTemp(filepath.Dir(cache), filepath.Base(cache)+".go-safe-clean-")
	if err != nil {
		return
	}
	if f, err := os.Open(folder); err == nil { // to lock it
		f.Close()
	}
	os.Lchown(folder, attackerUID, attackerUID)
	os.Chmod(folder, fi.Mode())
}

func uidOf(t *testing.T, path string) int {
	t.Helper()
	fi, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(fi.Sys().(*syscall.Stat_t).Uid)
}
