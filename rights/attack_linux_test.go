package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

// The user whose cache root repairs, and who attacks.
const attacker = 4333

// newCache makes a module cache of the attacker's, beside a directory of root's on the same device with a victim in it: a
// file that root alone may read.
func newCache(t *testing.T) (cache, victim string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	cache, victim = filepath.Join(dir, "mod"), filepath.Join(dir, "root", "victim")
	for _, d := range []string{cache + "/cache/download/a.b/m/@v", cache + "/a.b/m@v1.0.0", filepath.Dir(victim)} {
		must(t, os.MkdirAll(d, 0o755))
	}
	must(t, os.WriteFile(victim, []byte("secret"), 0o600))
	must(t, filepath.WalkDir(cache, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, attacker, attacker))
	}))
	return cache, victim
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A way is one of those in which rights are brought in line. A naive one finds out how somebody without this package would.
type way struct {
	name  string
	naive bool
	do    func(cache string) error
}

func tool(args ...string) way {
	return way{strings.Join(args, " "), true, func(cache string) error {
		exec.Command(args[0], append(args[1:], cache)...).Run() // what it cannot change does not matter
		return nil
	}}
}

var (
	chown = tool("chown", "-R", fmt.Sprintf("%d:%[1]d", attacker))
	chmod = tool("chmod", "-R", "a+rwX")
	walk  = way{"a walk by path", true, func(cache string) error {
		return filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
			os.Chmod(path, 0o777)
			os.Chown(path, attacker, attacker)
			return nil
		})
	}}
	// It takes pieces of names for paths: all it is told is relative, so that they lead nowhere but into the test's own directory.
	xargs = way{"find | xargs chown", true, func(cache string) error {
		cmd := exec.Command("sh", "-c", `find "$0" | xargs chown `+fmt.Sprint(attacker), filepath.Base(cache))
		cmd.Dir = filepath.Dir(cache)
		cmd.Run()
		return nil
	}}
	fixed = way{"fix", false, func(cache string) error { return ignored(Fix(cache, &Options{})) }}
	given = way{"fix --owner", false, func(cache string) error {
		return ignored(Fix(cache, &Options{Owner: &Owner{attacker, attacker}}))
	}}
	repaired = way{"repair", false, func(cache string) error {
		run := Begin(time.Now().Add(-time.Hour), []Place{{Dir: cache}})
		defer run.Close()
		run.Repair()
		return nil
	}}
)

func ignored(_ *Report, err error) error { return err }

// What is planted before: each attack reaches root's file by the naive ways, and by none of ours.
func TestPlanted(t *testing.T) {
	at := func(cache string) string { return cache + "/cache/download/a.b/m/@v/v1.0.0.mod" }
	for _, tt := range []struct {
		name  string
		plant func(cache, victim string) error
		ways  []way
	}{
		{"a link to a file", func(c, v string) error { return os.Symlink(v, at(c)) }, []way{walk, fixed, given, repaired}},
		{"a link to a directory", func(c, v string) error { return os.Symlink(filepath.Dir(v), c+"/a.b/dir") }, []way{xargsLinks, fixed, given, repaired}},
		{"a hard link", func(c, v string) error { return os.Link(v, at(c)) }, []way{chown, chmod, walk, fixed, given, repaired}},
		{"a file moved in", func(c, v string) error { return os.Rename(v, at(c)) }, []way{chown, chmod, fixed}},
		{"a directory moved in", func(c, v string) error { return os.Rename(filepath.Dir(v), c+"/a.b/dir") }, []way{chown, chmod, fixed}},
		{"a name with a line break", func(c, v string) error {
			return os.MkdirAll(c+"/a.b/x\nroot/victim", 0o755) // never with an absolute path: each directory on it is a victim too
		}, []way{xargs, fixed, given, repaired}},
		{"a cache that is a link", func(c, v string) error {
			return errors.Join(os.RemoveAll(c), os.Symlink(filepath.Dir(v), c))
		}, []way{chownLink, refused(fixed), refused(given)}},
		{"a cache that is a link to one that looks like it", func(c, v string) error {
			return errors.Join(os.RemoveAll(c), os.MkdirAll(filepath.Dir(v)+"/cache/download", 0o755), os.Symlink(filepath.Dir(v), c))
		}, []way{chownLink, refused(fixed), refused(given)}},
	} {
		for _, w := range tt.ways {
			cache, victim := newCache(t)
			fi, err := os.Stat(victim)
			must(t, err)
			must(t, tt.plant(cache, victim))
			if err := w.do(cache); err != nil {
				t.Errorf("%s, %s: %v", tt.name, w.name, err)
			}
			if hit := wasChanged(t, cache, fi); hit != w.naive {
				t.Errorf("%s, %s: reached the file: %t", tt.name, w.name, hit)
			}
		}
	}
}

var (
	chownLink = way{"chown -R of what a link names", true, func(cache string) error {
		return exec.Command("chown", "-R", fmt.Sprint(attacker), cache+"/").Run()
	}}
	xargsLinks = way{"find -L -exec chown", true, func(cache string) error {
		return exec.Command("find", "-L", cache, "-exec", "chown", fmt.Sprint(attacker), "{}", "+").Run()
	}}
)

// refused is a way that has to fail.
func refused(w way) way {
	do := w.do
	w.do = func(cache string) error {
		if do(cache) == nil {
			return errors.New("was not refused")
		}
		return nil
	}
	return w
}

// wasChanged finds the file, wherever it is now, and reports whether its owner or mode changed.
func wasChanged(t *testing.T, cache string, before fs.FileInfo) bool {
	t.Helper()
	found, changed := false, false
	must(t, filepath.WalkDir(filepath.Dir(cache), func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		fi, err := d.Info()
		must(t, err)
		if os.SameFile(fi, before) {
			found = true
			st := fi.Sys().(*syscall.Stat_t)
			changed = changed || st.Uid != 0 || fi.Mode() != before.Mode()
		}
		return nil
	}))
	if !found {
		t.Fatal("the file is gone")
	}
	return changed
}

// Root gives away what was born after the run began, and nothing else that was moved into the cache meanwhile.
func TestRepairGivesOnlyWhatIsNew(t *testing.T) {
	cache, victim := newCache(t)
	old := filepath.Join(filepath.Dir(victim), "old")
	must(t, os.WriteFile(old, nil, 0o644))
	time.Sleep(20 * time.Millisecond) // the clock of file systems ticks slowly
	run := Begin(Now(), []Place{{Dir: cache}})
	defer run.Close()
	new := cache + "/cache/download/a.b/m/@v/v1.0.0.info"
	must(t, os.WriteFile(new, nil, 0o644))
	must(t, os.Rename(old, cache+"/cache/download/a.b/m/@v/v1.0.0.zip"))
	must(t, os.Rename(filepath.Dir(victim), cache+"/a.b/dir"))
	run.Repair()
	if ownerOf(new) != attacker {
		t.Error("what is new was not given away")
	}
	for _, name := range []string{"/cache/download/a.b/m/@v/v1.0.0.zip", "/a.b/dir", "/a.b/dir/victim"} {
		if ownerOf(cache+name) != 0 {
			t.Errorf("%s was given away", name)
		}
	}
}

// A directory of binaries may be a home, of which the command knows nothing else.
func TestFlat(t *testing.T) {
	dir, _ := newCache(t)
	time.Sleep(20 * time.Millisecond)
	run := Begin(Now(), []Place{{Dir: dir, Flat: true}})
	defer run.Close()
	must(t, os.MkdirAll(dir+"/new/below", 0o755))
	owners := map[string]int{"/tool": attacker, "/new/below/tool": attacker, "/a.b/other": 0}
	for name := range owners {
		must(t, os.WriteFile(dir+name, nil, 0o755))
	}
	run.Repair()
	for name, want := range owners {
		if owner := ownerOf(dir + name); owner != want {
			t.Errorf("%s belongs to uid %d, not %d", name, owner, want)
		}
	}
}

// What cannot be opened without harm is not: nothing blocks, and what is special stays as it is.
func TestSpecialFiles(t *testing.T) {
	for _, w := range []way{chown, fixed, given, repaired} {
		cache, _ := newCache(t)
		special := map[string]uint32{"/fifo": unix.S_IFIFO | 0o600, "/socket": unix.S_IFSOCK | 0o600, "/null": unix.S_IFCHR | 0o600, "/suid": unix.S_IFREG | unix.S_ISUID | 0o755}
		for name, mode := range special {
			must(t, unix.Mknod(cache+"/a.b"+name, mode, int(unix.Mkdev(1, 3))))
		}
		must(t, w.do(cache))
		for name, mode := range special {
			var st unix.Stat_t
			must(t, unix.Lstat(cache+"/a.b"+name, &st))
			if same := st.Uid == 0 && st.Mode == mode; same == w.naive {
				t.Errorf("%s: %s has mode %o and owner %d", w.name, name, st.Mode, st.Uid)
			}
		}
	}
}

// Names are bytes, and trees may be deeper than any path is long.
func TestStrangeNames(t *testing.T) {
	cache, _ := newCache(t)
	odd := cache + "/a.b/x\n\xff\x01 -R"
	must(t, os.Mkdir(odd, 0o755))
	fd, err := unix.Open(odd, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	must(t, err)
	const depth = 10000
	for range depth {
		must(t, unix.Mkdirat(fd, "d", 0o755))
		next, err := unix.Openat(fd, "d", unix.O_RDONLY|unix.O_DIRECTORY, 0)
		must(t, err)
		unix.Close(fd)
		fd = next
	}
	defer unix.Close(fd)
	t.Cleanup(func() { exec.Command("rm", "-rf", odd).Run() })
	deepest := func() int {
		e, err := lookAt(fd, "")
		must(t, err)
		return e.uid
	}
	must(t, walk.do(cache))
	if deepest() != 0 {
		t.Error("a walk by path reached the deepest directory")
	}
	must(t, os.Chmod(cache, 0o755))
	r, err := Fix(cache, &Options{})
	must(t, err)
	if deepest() != attacker || len(r.Left) > 0 {
		t.Errorf("owner %d, left %v", deepest(), r.Left)
	}
}

// While the walk goes on the attacker exchanges a directory of new files for a link to root's, and a new file for a hard
// link, as fast as he can.
func TestSwapped(t *testing.T) {
	careful := way{"a walk by path that looks first", true, func(cache string) error {
		return filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
			if fi, err := os.Lstat(path); err == nil && fi.Mode()&fs.ModeSymlink == 0 && fi.Sys().(*syscall.Stat_t).Nlink < 2 {
				os.Chown(path, attacker, attacker)
			}
			return nil
		})
	}}
	for _, w := range []way{careful, fixed, given, repaired} {
		cache, victim := newCache(t)
		before, err := os.Stat(victim)
		must(t, err)
		spare := filepath.Join(filepath.Dir(cache), "spare")
		dir := cache + "/a.b/dir"
		must(t, os.Symlink(filepath.Dir(victim), spare))
		must(t, os.Mkdir(dir, 0o755))
		file, link := cache+"/a.b/victim", spare+"2"
		must(t, os.Link(victim, link))
		stop := linuxtest.Exchange([2]string{dir, spare}, [2]string{file, link})
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && !wasTouched(victim, before); {
			for _, d := range []string{dir, spare} {
				os.WriteFile(d+"/victim", nil, 0o644) // a new one of root's, where there is none
				os.Lchown(d, 0, 0)
			}
			os.Remove(file)
			os.WriteFile(file, nil, 0o644)
			must(t, w.do(cache))
			if !w.naive && time.Until(end) < 8*time.Second {
				break
			}
		}
		stop()
		if hit := wasTouched(victim, before); hit != w.naive {
			t.Errorf("%s: reached the file: %t", w.name, hit)
		}
	}
}

func wasTouched(victim string, before fs.FileInfo) bool {
	fi, err := os.Stat(victim)
	return err == nil && os.SameFile(fi, before) && fi.Sys().(*syscall.Stat_t).Uid != 0
}

// Interrupted anywhere, it can be run again; and the second run finds nothing to do.
func TestTwice(t *testing.T) {
	cache, _ := newCache(t)
	for i := range 50 {
		must(t, os.WriteFile(fmt.Sprintf("%s/a.b/m@v1.0.0/f%d", cache, i), nil, 0o444))
	}
	o := &Options{Dry: true}
	dry, err := Fix(cache, o)
	must(t, err)
	first, err := Fix(cache, &Options{})
	must(t, err)
	second, err := Fix(cache, &Options{})
	must(t, err)
	if dry.Changed != first.Changed || first.Changed[Owners] != 50 || second.Total() != 0 {
		t.Errorf("dry %v, first %v, second %v", dry.Changed, first.Changed, second.Changed)
	}
	if o.Meter.Done() < 0.99 || o.Meter.Done() > 1.01 || o.Meter.Seen() != dry.Seen {
		t.Errorf("meter: %v of the tree, %d entries", o.Meter.Done(), o.Meter.Seen())
	}
}

// The kernel gives new files what inherited says, whatever the umask.
func TestKernelAgrees(t *testing.T) {
	dir := t.TempDir()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	must(t, err)
	defer unix.Close(fd)
	for i, list := range []acl{
		aclOf(0o775),
		{{ownerTag, 7, noID}, {userTag, 7, 1002}, {groupTag, 5, noID}, {maskTag, 7, noID}, {otherTag, 5, noID}},
	} {
		if err := setACL(fd, defaultACL, list); errors.Is(err, errors.ErrUnsupported) {
			t.Skip("needs a file system with ACLs")
		} else if err != nil {
			t.Fatal(err)
		}
		for _, mode := range []fs.FileMode{0o666, 0o444, 0o777} {
			name := fmt.Sprintf("%s/%d-%o", dir, i, mode)
			f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, mode)
			must(t, err)
			want := list.inherited(uint16(mode >> 6))
			have, err := getACL(int(f.Fd()), accessACL)
			must(t, err)
			fi, err := f.Stat()
			must(t, err)
			f.Close()
			if want.plain() {
				want = nil
			}
			if !slices.Equal(have, want) || fi.Mode().Perm() != fs.FileMode(list.inherited(uint16(mode>>6)).mode()) {
				t.Errorf("%o: %v %v, want %v", mode, have, fi.Mode(), want)
			}
		}
	}
}
