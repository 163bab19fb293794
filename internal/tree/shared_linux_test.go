package tree_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/go-safe/go-safe/internal/cachefix"
	"github.com/go-safe/go-safe/internal/cacheshare"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/tree"
)

// newShared makes a module cache of root's that the group shares: by setgid, or by an ACL.
func newShared(t *testing.T, byACL bool) (cache, victim string) {
	t.Helper()
	cache, victim = linuxtest.SharedCache(t)
	if byACL {
		s, err := cacheshare.Dir(cache, "", cacheshare.Open, nil, &tree.Options{})
		linuxtest.Must(t, err)
		if !s.ByACL {
			t.Skip("needs a file system with ACLs")
		}
	}
	return cache, victim
}

// What somebody could read by its rights alone, another member may have moved into a shared cache, out of a
// directory that both may write to: whoever fixes or shares that is not to open it, but where it is asked for.
func TestSecretsInSharedCache(t *testing.T) {
	group := strconv.Itoa(linuxtest.Group)
	shared := linuxtest.Way{Name: "share", Naive: false, Do: func(cache string) error {
		_, err := cacheshare.Dir(cache, group, cacheshare.Open, nil, &tree.Options{})
		return err
	}}
	vouched := linuxtest.Way{Name: "fix --owner", Naive: true, Do: func(cache string) error {
		return ignored(cachefix.Dir(cache, &tree.Options{Owner: &tree.Owner{GID: linuxtest.Group}}))
	}}
	at := func(cache, name string) string { return cache + "/cache/download/a.b/m/@v/" + name }
	for name, plant := range map[string]func(cache, victim string) error{
		"a file":             func(c, v string) error { return os.Rename(v, at(c, "v1.0.0.mod")) },
		"a file named a zip": func(c, v string) error { return os.Rename(v, at(c, "v1.0.0.zip")) },
		"a file in a module": func(c, v string) error { return os.Rename(v, c+"/a.b/m@v1.0.0/go.mod") },
		"another member's": func(c, v string) error {
			linuxtest.Must(t, os.Chown(v, linuxtest.Member, linuxtest.Member))
			return os.Rename(v, at(c, "list"))
		},
		"one for some": func(c, v string) error {
			linuxtest.Must(t, os.Chmod(v, 0o640))
			return os.Rename(v, at(c, "list"))
		},
		"a directory":          closedDir("/a.b/m@v1.0.1"),
		"one above modules":    closedDir("/a.b/dir"),
		"one of downloads":     closedDir("/cache/download/a.b/dir"),
		"one that is named @v": closedDir("/cache/download/a.b/@v"),
		"one named vcs":        closedDir("/cache/vcs"),
	} {
		for _, byACL := range []bool{false, true} {
			for _, w := range []linuxtest.Way{tool("chmod", "-R", "a+rwX"), fixed, shared, vouched} {
				cache, victim := newShared(t, byACL)
				linuxtest.Must(t, plant(cache, victim))
				hidden := hiddenIn(t, cache)
				linuxtest.Must(t, w.Do(cache))
				if got := hiddenIn(t, cache); len(hidden) == 0 || (got != hidden) != w.Naive {
					t.Errorf("%s, ACL %t, %s: hidden were %s and are %s", name, byACL, w.Name, hidden, got)
				}
			}
		}
	}
}

// closedDir plants a directory that its owner alone can look into, with files for all to read in it, and below.
func closedDir(to string) func(cache, victim string) error {
	return func(cache, victim string) error {
		dir := filepath.Dir(victim)
		if err := os.Mkdir(dir+"/sub", 0o755); err != nil {
			return err
		}
		for _, name := range []string{victim, dir + "/sub/key"} {
			if err := os.WriteFile(name, []byte("secret"), 0o644); err != nil {
				return err
			}
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			return err
		}
		return os.Rename(dir, cache+to)
	}
}

// hiddenIn are the paths in a cache that group or others cannot read.
func hiddenIn(t *testing.T, cache string) (paths string) {
	t.Helper()
	linuxtest.Must(t, filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		linuxtest.Must(t, err)
		fi, err := d.Info()
		linuxtest.Must(t, err)
		if fi.Mode()&0o040 == 0 || fi.Mode()&0o004 == 0 {
			paths += " " + path[len(cache):]
		}
		return nil
	}))
	return paths
}

// What the go command leaves in a shared cache under a umask of 077 is opened: where its owner alone can have made
// it, and where it is plain that the go command did.
func TestClosedInSharedCache(t *testing.T) {
	zip := "PK\x03\x04" + string(make([]byte, 22)) + "\x11\x00\x00\x00" + "a.b/m@v1.0.0/go.mod"
	for _, byACL := range []bool{false, true} {
		cache, _ := newShared(t, byACL)
		at := cache + "/cache/download/a.b/m/@v/v1.0.0."
		for name, text := range map[string]string{
			"lock": "", "info": `{"Version":"v1.0.0"}`, "mod": "module a.b/m\n", "ziphash": "h1:x=", "zip": zip,
		} {
			linuxtest.Must(t, os.WriteFile(at+name, []byte(text), 0o600))
		}
		linuxtest.Must(t, os.MkdirAll(cache+"/new/org/n@v1.0.0/deep", 0o700))
		linuxtest.Must(t, os.MkdirAll(cache+"/cache/download/new/org/n/@v", 0o700))
		for _, file := range []string{"/new/org/n@v1.0.0/deep/x.go", "/cache/download/new/org/n/@v/v1.0.0.zip"} {
			linuxtest.Must(t, os.WriteFile(cache+file, []byte("x"), 0o600))
		}
		// A umask plays no part where there is an ACL.
		linuxtest.Must(t, filepath.WalkDir(cache, func(path string, _ fs.DirEntry, err error) error {
			if fi, err := os.Stat(path); err == nil && fi.Mode()&0o022 == 0 {
				linuxtest.Must(t, os.Chmod(path, fi.Mode()&^0o077))
			}
			return err
		}))
		hidden := hiddenIn(t, cache)
		r, err := cachefix.Dir(cache, &tree.Options{})
		linuxtest.Must(t, err)
		if got := hiddenIn(t, cache); hidden == "" || got != "" || len(r.Left) > 0 {
			t.Errorf("ACL %t: hidden were %s, and are %s; left %v", byACL, hidden, got, r.Left)
		}
		if r, err := cachefix.Dir(cache, &tree.Options{}); err != nil || r.Total() > 0 {
			t.Errorf("ACL %t: a second time %v, %v", byACL, r.Changed, err)
		}
	}
}

// What all can read and its owner alone can change, a member of the group may have moved into a shared cache too,
// for a moment: out of a directory that both may write to. Whoever fixes or shares that is not to let the group
// change it.
func TestLentToSharedCache(t *testing.T) {
	group := strconv.Itoa(linuxtest.Group)
	shared := linuxtest.Way{Name: "share", Naive: false, Do: func(cache string) error {
		_, err := cacheshare.Dir(cache, group, cacheshare.Open, nil, &tree.Options{})
		return err
	}}
	for name, to := range map[string]string{
		"above modules":        "/a.b/dir",
		"a module":             "/a.b/m@v1.0.1",
		"in a module":          "/a.b/m@v1.0.0/dir",
		"among the downloads":  "/cache/download/a.b/dir",
		"that is a repository": "/cache/vcs",
	} {
		for _, byACL := range []bool{false, true} {
			for _, w := range []linuxtest.Way{tool("chmod", "-R", "g+rwX"), fixed, shared} {
				cache, victim := newShared(t, byACL)
				work := filepath.Dir(victim)
				linuxtest.Must(t, os.Mkdir(work+"/alice", 0o755))
				linuxtest.Must(t, os.Rename(victim, work+"/alice/config"))
				linuxtest.Must(t, os.Chmod(work+"/alice/config", 0o644))
				linuxtest.Must(t, filepath.WalkDir(work+"/alice", func(path string, _ fs.DirEntry, err error) error {
					linuxtest.Must(t, err)
					return os.Lchown(path, linuxtest.Member, linuxtest.Member)
				}))
				linuxtest.Must(t, os.Chmod(work, 0o775|fs.ModeSetgid))
				linuxtest.Must(t, os.Chown(work, 0, linuxtest.Group))
				linuxtest.Must(t, os.Rename(work, cache+to)) // as any member of the group may
				before := lentIn(t, cache+to+"/alice")
				linuxtest.Must(t, w.Do(cache))
				if got := lentIn(t, cache+to+"/alice"); before != "" || (got != "") != w.Naive {
					t.Errorf("%s, ACL %t, %s: the group may write to %s, and before to %s",
						name, byACL, w.Name, got, before)
				}
			}
		}
	}
}

// lentIn are the paths from a directory on that others than the owner may write to.
func lentIn(t *testing.T, dir string) (paths string) {
	t.Helper()
	linuxtest.Must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		linuxtest.Must(t, err)
		fi, err := d.Info()
		linuxtest.Must(t, err)
		if fi.Mode()&0o022 != 0 {
			paths += " " + path[len(dir):] + "."
		}
		return nil
	}))
	return paths
}
