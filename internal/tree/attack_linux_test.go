package tree_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/cachefix"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

func tool(args ...string) linuxtest.Way {
	return linuxtest.Way{Name: strings.Join(args, " "), Naive: true, Do: func(cache string) error {
		exec.Command(args[0], append(args[1:], cache)...).Run() // what it cannot change does not matter
		return nil
	}}
}

var (
	chown = tool("chown", "-R", fmt.Sprintf("%d:%[1]d", linuxtest.Attacker))
	chmod = tool("chmod", "-R", "a+rwX")
	walk  = linuxtest.Way{Name: "a walk by path", Naive: true, Do: func(cache string) error {
		return filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
			os.Chmod(path, 0o777)
			os.Chown(path, linuxtest.Attacker, linuxtest.Attacker)
			return nil
		})
	}}
	// It takes pieces of names for paths: all it is told is relative, so that they lead nowhere but into the
	// test's own directory.
	xargs = linuxtest.Way{Name: "find | xargs chown", Naive: true, Do: func(cache string) error {
		script := `find "$0" | xargs chown ` + fmt.Sprint(linuxtest.Attacker)
		cmd := exec.Command("sh", "-c", script, filepath.Base(cache))
		cmd.Dir = filepath.Dir(cache)
		cmd.Run()
		return nil
	}}
	fixed = linuxtest.Way{Name: "fix", Do: func(cache string) error {
		return ignored(cachefix.Dir(cache, &tree.Options{}))
	}}
	given = linuxtest.Way{Name: "fix --owner", Do: func(cache string) error {
		to := &tree.Owner{UID: linuxtest.Attacker, GID: linuxtest.Attacker}
		return ignored(cachefix.Dir(cache, &tree.Options{Owner: to}))
	}}
	repaired = linuxtest.Way{Name: "repair", Do: func(cache string) error {
		run := repair.Open(time.Now().Add(-time.Hour), rights.Of, []repair.Place{{Dir: cache}})
		defer run.Close()
		run.Repair()
		return nil
	}}
)

func ignored(_ *tree.Report, err error) error { return err }

// What is planted before: each attack reaches root's file by the naive ways, and by none of ours.
func TestPlanted(t *testing.T) {
	at := func(cache string) string { return cache + "/cache/download/a.b/m/@v/v1.0.0.mod" }
	for _, tt := range []struct {
		name  string
		plant func(cache, victim string) error
		ways  []linuxtest.Way
	}{
		{"a link to a file", func(c, v string) error { return os.Symlink(v, at(c)) },
			[]linuxtest.Way{walk, fixed, given, repaired}},
		{"a link to a directory", func(c, v string) error { return os.Symlink(filepath.Dir(v), c+"/a.b/dir") },
			[]linuxtest.Way{xargsLinks, fixed, given, repaired}},
		{"a hard link", func(c, v string) error { return os.Link(v, at(c)) },
			[]linuxtest.Way{chown, chmod, walk, fixed, given, repaired}},
		{"a file moved in", func(c, v string) error { return os.Rename(v, at(c)) },
			[]linuxtest.Way{chown, chmod, fixed}},
		{"a directory moved in", func(c, v string) error { return os.Rename(filepath.Dir(v), c+"/a.b/dir") },
			[]linuxtest.Way{chown, chmod, fixed}},
		{"a name with a line break", func(c, v string) error {
			// Never with an absolute path: each directory on it is a victim too.
			return os.MkdirAll(c+"/a.b/x\nroot/victim", 0o755)
		}, []linuxtest.Way{xargs, fixed, given, repaired}},
		{"a cache that is a link", func(c, v string) error {
			return errors.Join(os.RemoveAll(c), os.Symlink(filepath.Dir(v), c))
		}, []linuxtest.Way{chownLink, refused(fixed), refused(given)}},
		{"a cache that is a link to one that looks like it", func(c, v string) error {
			dir := filepath.Dir(v)
			return errors.Join(os.RemoveAll(c), os.MkdirAll(dir+"/cache/download", 0o755), os.Symlink(dir, c))
		}, []linuxtest.Way{chownLink, refused(fixed), refused(given)}},
	} {
		for _, w := range tt.ways {
			cache, victim := linuxtest.ModCache(t)
			fi, err := os.Stat(victim)
			linuxtest.Must(t, err)
			linuxtest.Must(t, tt.plant(cache, victim))
			if err := w.Do(cache); err != nil {
				t.Errorf("%s, %s: %v", tt.name, w.Name, err)
			}
			if hit := wasChanged(t, cache, fi); hit != w.Naive {
				t.Errorf("%s, %s: reached the file: %t", tt.name, w.Name, hit)
			}
		}
	}
}

var (
	chownLink = linuxtest.Way{Name: "chown -R of what a link names", Naive: true, Do: func(cache string) error {
		return exec.Command("chown", "-R", fmt.Sprint(linuxtest.Attacker), cache+"/").Run()
	}}
	xargsLinks = linuxtest.Way{Name: "find -L -exec chown", Naive: true, Do: func(cache string) error {
		return exec.Command("find", "-L", cache, "-exec", "chown", fmt.Sprint(linuxtest.Attacker), "{}", "+").Run()
	}}
)

// refused is a way that has to fail.
func refused(w linuxtest.Way) linuxtest.Way {
	do := w.Do
	w.Do = func(cache string) error {
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
	linuxtest.Must(t, filepath.WalkDir(filepath.Dir(cache), func(path string, d fs.DirEntry, err error) error {
		linuxtest.Must(t, err)
		fi, err := d.Info()
		linuxtest.Must(t, err)
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

// What cannot be opened without harm is not: nothing blocks, and what is special stays as it is.
func TestSpecialFiles(t *testing.T) {
	for _, w := range []linuxtest.Way{chown, fixed, given, repaired} {
		cache, _ := linuxtest.ModCache(t)
		special := map[string]uint32{
			"/fifo": unix.S_IFIFO | 0o600, "/socket": unix.S_IFSOCK | 0o600, "/null": unix.S_IFCHR | 0o600,
			"/suid": unix.S_IFREG | unix.S_ISUID | 0o755,
		}
		for name, mode := range special {
			linuxtest.Must(t, unix.Mknod(cache+"/a.b"+name, mode, int(unix.Mkdev(1, 3))))
		}
		linuxtest.Must(t, w.Do(cache))
		for name, mode := range special {
			var st unix.Stat_t
			linuxtest.Must(t, unix.Lstat(cache+"/a.b"+name, &st))
			if same := st.Uid == 0 && st.Mode == mode; same == w.Naive {
				t.Errorf("%s: %s has mode %o and owner %d", w.Name, name, st.Mode, st.Uid)
			}
		}
	}
}

// Names are bytes, and trees may be deeper than any path is long.
func TestStrangeNames(t *testing.T) {
	cache, _ := linuxtest.ModCache(t)
	odd := cache + "/a.b/x\n\xff\x01 -R"
	linuxtest.Must(t, os.Mkdir(odd, 0o755))
	fd, err := unix.Open(odd, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	linuxtest.Must(t, err)
	const depth = 10000
	for range depth {
		linuxtest.Must(t, unix.Mkdirat(fd, "d", 0o755))
		next, err := unix.Openat(fd, "d", unix.O_RDONLY|unix.O_DIRECTORY, 0)
		linuxtest.Must(t, err)
		unix.Close(fd)
		fd = next
	}
	defer unix.Close(fd)
	t.Cleanup(func() { exec.Command("rm", "-rf", odd).Run() })
	deepest := func() int {
		e, err := tree.Look(fd, "")
		linuxtest.Must(t, err)
		return e.UID
	}
	linuxtest.Must(t, walk.Do(cache))
	if deepest() != 0 {
		t.Error("a walk by path reached the deepest directory")
	}
	linuxtest.Must(t, os.Chmod(cache, 0o755))
	r, err := cachefix.Dir(cache, &tree.Options{})
	linuxtest.Must(t, err)
	if deepest() != linuxtest.Attacker || len(r.Left) > 0 {
		t.Errorf("owner %d, left %v", deepest(), r.Left)
	}
}

// While the walk goes on the linuxtest.Attacker exchanges a directory of new files for a link to root's, and a new
// file for a hard link, as fast as he can.
func TestSwapped(t *testing.T) {
	careful := linuxtest.Way{Name: "a walk by path that looks first", Naive: true, Do: func(cache string) error {
		return filepath.WalkDir(cache, func(path string, d fs.DirEntry, _ error) error {
			fi, err := os.Lstat(path)
			if err == nil && fi.Mode()&fs.ModeSymlink == 0 && fi.Sys().(*syscall.Stat_t).Nlink < 2 {
				os.Chown(path, linuxtest.Attacker, linuxtest.Attacker)
			}
			return nil
		})
	}}
	for _, w := range []linuxtest.Way{careful, fixed, given, repaired} {
		cache, victim := linuxtest.ModCache(t)
		before, err := os.Stat(victim)
		linuxtest.Must(t, err)
		spare := filepath.Join(filepath.Dir(cache), "spare")
		dir := cache + "/a.b/dir"
		linuxtest.Must(t, os.Symlink(filepath.Dir(victim), spare))
		linuxtest.Must(t, os.Mkdir(dir, 0o755))
		file, link := cache+"/a.b/victim", spare+"2"
		linuxtest.Must(t, os.Link(victim, link))
		stop := linuxtest.Exchange([2]string{dir, spare}, [2]string{file, link})
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && !wasTouched(victim, before); {
			for _, d := range []string{dir, spare} {
				os.WriteFile(d+"/victim", nil, 0o644) // a new one of root's, where there is none
				os.Lchown(d, 0, 0)
			}
			os.Remove(file)
			os.WriteFile(file, nil, 0o644)
			linuxtest.Must(t, w.Do(cache))
			if !w.Naive && time.Until(end) < 8*time.Second {
				break
			}
		}
		stop()
		if hit := wasTouched(victim, before); hit != w.Naive {
			t.Errorf("%s: reached the file: %t", w.Name, hit)
		}
	}
}

func wasTouched(victim string, before fs.FileInfo) bool {
	fi, err := os.Stat(victim)
	return err == nil && os.SameFile(fi, before) && fi.Sys().(*syscall.Stat_t).Uid != 0
}

// A walk stays in the mount of the cache, and so does not reach a directory of the same device that is mounted in
// it.
func TestOtherMount(t *testing.T) {
	for _, bind := range []bool{false, true} {
		cache, victim := linuxtest.ModCache(t)
		at := cache + "/a.b/mnt"
		if bind {
			linuxtest.Mount(t, filepath.Dir(victim), at, "", unix.MS_BIND, "")
		} else {
			linuxtest.Mount(t, "tmpfs", at, "tmpfs", 0, "")
		}
		linuxtest.Must(t, os.Chown(at, linuxtest.Attacker, linuxtest.Attacker))
		linuxtest.Must(t, os.WriteFile(at+"/f", nil, 0o644))
		for _, w := range []linuxtest.Way{fixed, given, repaired, chown} {
			linuxtest.Must(t, w.Do(cache))
			if changed := linuxtest.OwnerOf(at+"/f") != 0; changed != w.Naive {
				t.Errorf("bind %t, %s: changed what is mounted: %t", bind, w.Name, changed)
			}
		}
	}
}
