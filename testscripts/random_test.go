//go:build linux

package testscripts

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

var (
	random     = flag.Bool("random", false, "run random go commands of four users against one shared module cache")
	randomSeed = flag.Uint64("seed", 1, "the seed of -random")
)

// Four users share a module cache. Two are in the passwd file of most systems, two have no entry.
var randomUsers = []int{1, 2, 43341, 43342}

const (
	randomGroup    = 43340
	randomCommands = 300
)

// errSaid is a failure too: go-safe may say nothing, except that it waits.
var errSaid = errors.New("go-safe had something to say")

// saysMore matches all messages that are not about waiting.
var saysMore = regexp.MustCompile(`(?m)^go-safe: (warning|hint|left|[^w])`)

// A randomCommand is a command of a user. With sudo it runs as root, with the user's home.
type randomCommand struct {
	user  int
	umask string
	sudo  bool
	dir   string // the project of the user
	args  []string
}

func (c randomCommand) String() string {
	return fmt.Sprintf("uid %d, umask %s, sudo %t, in %s: go %s",
		c.user, c.umask, c.sudo, c.dir, strings.Join(c.args, " "))
}

// TestRandom runs the same random commands with plain go, in a cache as administrators set it up, and with go-safe,
// on a file system with ACLs and on one without. With go-safe no command may fail, and no entry may end with wrong
// rights.
func TestRandom(t *testing.T) {
	if !*random {
		t.Skip("needs -random")
	}
	s := newSuite(t)
	if !s.otherUser() {
		t.Skip("needs root and a go that other users can reach")
	}
	t.Logf("seed %d", *randomSeed)
	commands := randomCommandsOf(*randomSeed)
	for _, tt := range []struct {
		name   string
		shim   bool
		system string // the file system to mount; "" for that of the temp folder
	}{
		{"plain go", false, ""},
		{"go-safe, ACLs", true, ""},
		{"go-safe, no ACLs", true, "ramfs"},
	} {
		r := s.newRandomRun(t, tt.shim, tt.system)
		failures := r.all(commands)
		t.Logf("%s: %d of %d commands failed", tt.name, len(failures), len(commands))
		if !tt.shim {
			if len(failures) == 0 {
				t.Errorf("%s: nothing fails, so this shows nothing", tt.name)
			}
			continue
		}
		for _, f := range failures {
			t.Errorf("%s: %s", tt.name, f)
		}
		r.check(t)
	}
}

// randomCommandsOf returns the commands of a seed.
func randomCommandsOf(seed uint64) []randomCommand {
	rnd := rand.New(rand.NewPCG(seed, seed))
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	var list []randomCommand
	for range randomCommands {
		lib := pick("example.com/a", "example.com/b") + "@" + pick(versions...)
		all := [][]string{
			{"mod", "download", lib}, {"mod", "download", lib}, {"get", lib}, {"get", lib}, {"get", "example.com/b@latest"},
			{"build", "./..."}, {"test", "./..."}, {"vet", "./..."}, {"list", "-m", "-versions", "example.com/a"},
			{"install", "example.com/tool@" + pick(versions...)}, {"mod", "tidy"}, {"mod", "verify"}, {"mod", "download"},
			{"env", "-w", "GONOSUMDB=" + pick("x", "y")}, {"list", "-deps", "./..."}, {"run", "."},
		}
		list = append(list, randomCommand{
			user: randomUsers[rnd.IntN(len(randomUsers))], umask: pick("002", "022", "027", "077"), sudo: rnd.IntN(8) == 0,
			dir: pick("p", "q"), args: all[rnd.IntN(len(all))],
		})
	}
	return list
}

// A randomRun is a shared cache, and homes with two projects each.
type randomRun struct {
	s          *suite
	dir, cache string
	path       string
}

func (s *suite) newRandomRun(t *testing.T, shim bool, system string) *randomRun {
	dir, err := os.MkdirTemp(s.root, "random-")
	if err != nil {
		t.Fatal(err)
	}
	r := &randomRun{s: s, dir: dir, cache: filepath.Join(dir, "shared", "mod")}
	r.path = filepath.Join(s.goroot, "bin") + ":" + s.systemPath
	if shim {
		r.path = filepath.Join(s.root, "shim") + ":" + r.path
	}
	shared := filepath.Dir(r.cache)
	for _, d := range []string{dir, shared, filepath.Join(dir, "tmp")} {
		mustDo(t, makeDir(d, 0o755))
	}
	mustDo(t, os.Chmod(filepath.Join(dir, "tmp"), 0o777|fs.ModeSticky))
	if system != "" {
		mustDo(t, unix.Mount(system, shared, system, 0, "mode=0755"))
		t.Cleanup(func() { unix.Unmount(shared, unix.MNT_DETACH) })
	}
	mustDo(t, os.Mkdir(r.cache, 0o755))
	mustDo(t, os.Chown(r.cache, 0, randomGroup))
	mustDo(t, os.Chmod(r.cache, 0o775|fs.ModeSetgid))
	warm, err := s.warmCache()
	mustDo(t, err)
	for _, user := range randomUsers {
		r.makeHome(t, user, warm)
	}
	return r
}

func (r *randomRun) home(user int) string { return filepath.Join(r.dir, fmt.Sprint(user)) }

func (r *randomRun) makeHome(t *testing.T, user int, warm string) {
	home := r.home(user)
	mustDo(t, os.CopyFS(filepath.Join(home, ".cache", "go-build"), os.DirFS(warm)))
	// Made with umask 002 it would be open to the user's group. Two of the groups have no entry, so nobody knows their
	// members, and sudo go env -w leaves what it makes there to root.
	mustDo(t, makeDir(filepath.Join(home, ".config", "go"), 0o755))
	for _, project := range []string{"p", "q"} {
		for name, text := range map[string]string{
			"go.mod":    "module " + project + "\n\ngo 1.21\n\nrequire example.com/b v1.0.0\n",
			"x.go":      "package main\n\nimport \"example.com/b\"\n\nfunc main() { println(b.Name) }\n",
			"x_test.go": "package main\n\nimport _ \"example.com/a\"\n",
		} {
			file := filepath.Join(home, project, name)
			mustDo(t, makeDir(filepath.Dir(file), 0o755))
			mustDo(t, os.WriteFile(file, []byte(text), 0o644))
		}
	}
	mustDo(t, chownTree(home, user))
}

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// all runs the commands, those of a user one after the other, and the users beside each other. It returns what failed.
func (r *randomRun) all(commands []randomCommand) (failures []string) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, user := range randomUsers {
		wg.Go(func() {
			for _, c := range commands {
				if c.user != user {
					continue
				}
				out, err := r.command(c).CombinedOutput()
				if err == nil && saysMore.Match(out) {
					err = errSaid // such as that it uses a private cache instead
				}
				if err != nil {
					mu.Lock()
					failures = append(failures, fmt.Sprintf("%v: %v\n%s", c, err, out))
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return failures
}

func (r *randomRun) command(c randomCommand) *exec.Cmd {
	uid := c.user
	if c.sudo {
		uid = 0
	}
	args := []string{
		fmt.Sprintf("--reuid=%d", uid), fmt.Sprintf("--regid=%d", uid), fmt.Sprintf("--groups=%d", randomGroup),
		"sh", "-c", `umask "$0"; exec go "$@"`, c.umask,
	}
	cmd := exec.CommandContext(context.Background(), "setpriv", append(args, c.args...)...)
	cmd.Dir = filepath.Join(r.home(c.user), c.dir)
	cmd.Env = []string{
		"PATH=" + r.path, "HOME=" + r.home(c.user), "TMPDIR=" + filepath.Join(r.dir, "tmp"), "GOMODCACHE=" + r.cache,
		"GOPROXY=file://" + filepath.Join(r.s.root, "versions"), "GOSUMDB=off", "GOFLAGS=-mod=mod",
		"GOSAFE_LOCK_TIMEOUT=2m", noUpload,
	}
	return cmd
}

// check looks at the cache without go-safe. The modules must be whole. The group must have the rights of the owner at
// each entry, and others may write to none.
func (r *randomRun) check(t *testing.T) {
	for _, user := range randomUsers {
		for _, args := range [][]string{{"mod", "download", "all"}, {"mod", "verify"}} {
			c := randomCommand{user: user, umask: "022", dir: "p", args: args}
			if out, err := r.command(c).CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", c, err, out)
			}
		}
	}
	mustDo(t, filepath.WalkDir(r.cache, func(path string, d fs.DirEntry, err error) error {
		mustDo(t, err)
		fi, err := d.Info()
		mustDo(t, err)
		mode, gid := fi.Mode(), fi.Sys().(*syscall.Stat_t).Gid
		below := strings.TrimPrefix(path, r.cache)
		module := strings.Contains(below, "@v1.") && !strings.HasPrefix(below, "/cache/")
		switch {
		case gid != randomGroup, mode&0o002 != 0, mode>>6&7 != mode>>3&7:
			t.Errorf("%s: group %d, mode %v", path, gid, mode)
		case module && mode&0o222 != 0, !module && d.IsDir() && mode&0o070 != 0o070:
			t.Errorf("%s: mode %v", path, mode)
		}
		return nil
	}))
	for _, user := range randomUsers {
		mustDo(t, filepath.WalkDir(r.home(user), func(path string, d fs.DirEntry, err error) error {
			mustDo(t, err)
			fi, err := d.Info()
			mustDo(t, err)
			if fi.Sys().(*syscall.Stat_t).Uid == 0 {
				t.Errorf("%s belongs to root", path)
			}
			return nil
		}))
	}
}
