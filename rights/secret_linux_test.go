package rights

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// A group shares a cache; attacker and member are two of it.
const (
	sharers = 4469
	member  = 4461
)

// newShared makes a module cache of root's that the group shares: by setgid, or by an ACL.
func newShared(t *testing.T, byACL bool) (cache, victim string) {
	t.Helper()
	cache, victim = newCache(t)
	must(t, filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		must(t, os.Lchown(path, 0, sharers))
		return os.Chmod(path, 0o775|fs.ModeSetgid)
	}))
	if byACL {
		s, err := Share(cache, "", nil, &Options{})
		must(t, err)
		if !s.ByACL {
			t.Skip("needs a file system with ACLs")
		}
	}
	return cache, victim
}

// What somebody could read by its rights alone, another member may have moved into a shared cache, out of a directory that both may write to: whoever
// fixes or shares that is not to open it, but where it is asked for.
func TestSecretsInSharedCache(t *testing.T) {
	group := strconv.Itoa(sharers)
	shared := way{"share", false, func(cache string) error {
		_, err := Share(cache, group, nil, &Options{})
		return err
	}}
	vouched := way{"fix --owner", true, func(cache string) error {
		return ignored(Fix(cache, &Options{Owner: &Owner{0, sharers}}))
	}}
	at := func(cache, name string) string { return cache + "/cache/download/a.b/m/@v/" + name }
	for name, plant := range map[string]func(cache, victim string) error{
		"a file":               func(c, v string) error { return os.Rename(v, at(c, "v1.0.0.mod")) },
		"a file named a zip":   func(c, v string) error { return os.Rename(v, at(c, "v1.0.0.zip")) },
		"a file in a module":   func(c, v string) error { return os.Rename(v, c+"/a.b/m@v1.0.0/go.mod") },
		"another member's":     func(c, v string) error { must(t, os.Chown(v, member, member)); return os.Rename(v, at(c, "list")) },
		"one for some":         func(c, v string) error { must(t, os.Chmod(v, 0o640)); return os.Rename(v, at(c, "list")) },
		"a directory":          closedDir("/a.b/m@v1.0.1"),
		"one above modules":    closedDir("/a.b/dir"),
		"one of downloads":     closedDir("/cache/download/a.b/dir"),
		"one that is named @v": closedDir("/cache/download/a.b/@v"),
		"one named vcs":        closedDir("/cache/vcs"),
	} {
		for _, byACL := range []bool{false, true} {
			for _, w := range []way{tool("chmod", "-R", "a+rwX"), fixed, shared, vouched} {
				cache, victim := newShared(t, byACL)
				must(t, plant(cache, victim))
				hidden := hiddenIn(t, cache)
				must(t, w.do(cache))
				if got := hiddenIn(t, cache); len(hidden) == 0 || (got != hidden) != w.naive {
					t.Errorf("%s, ACL %t, %s: hidden were %s and are %s", name, byACL, w.name, hidden, got)
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
	must(t, filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		fi, err := d.Info()
		must(t, err)
		if fi.Mode()&0o040 == 0 || fi.Mode()&0o004 == 0 {
			paths += " " + path[len(cache):]
		}
		return nil
	}))
	return paths
}

// What the go command leaves in a shared cache under a umask of 077 is opened: where its owner alone can have made it, and where it is plain
// that the go command did.
func TestClosedInSharedCache(t *testing.T) {
	zip := "PK\x03\x04" + string(make([]byte, 22)) + "\x11\x00\x00\x00" + "a.b/m@v1.0.0/go.mod"
	for _, byACL := range []bool{false, true} {
		cache, _ := newShared(t, byACL)
		at := cache + "/cache/download/a.b/m/@v/v1.0.0."
		for name, text := range map[string]string{"lock": "", "info": `{"Version":"v1.0.0"}`, "mod": "module a.b/m\n", "ziphash": "h1:x=", "zip": zip} {
			must(t, os.WriteFile(at+name, []byte(text), 0o600))
		}
		must(t, os.MkdirAll(cache+"/new/org/n@v1.0.0/deep", 0o700))
		must(t, os.MkdirAll(cache+"/cache/download/new/org/n/@v", 0o700))
		for _, file := range []string{"/new/org/n@v1.0.0/deep/x.go", "/cache/download/new/org/n/@v/v1.0.0.zip"} {
			must(t, os.WriteFile(cache+file, []byte("x"), 0o600))
		}
		must(t, filepath.WalkDir(cache, func(path string, _ fs.DirEntry, err error) error { // a umask has no part in an ACL
			if fi, err := os.Stat(path); err == nil && fi.Mode()&0o022 == 0 {
				must(t, os.Chmod(path, fi.Mode()&^0o077))
			}
			return err
		}))
		hidden := hiddenIn(t, cache)
		r, err := Fix(cache, &Options{})
		must(t, err)
		if got := hiddenIn(t, cache); hidden == "" || got != "" || len(r.Left) > 0 {
			t.Errorf("ACL %t: hidden were %s, and are %s; left %v", byACL, hidden, got, r.Left)
		}
		if r, err := Fix(cache, &Options{}); err != nil || r.Total() > 0 {
			t.Errorf("ACL %t: a second time %v, %v", byACL, r.Changed, err)
		}
	}
}

// A directory that is no part of a cache is told from one that is.
func TestHolds(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]bool{
		"/a/org/n@v1.0.0/": true, "/b/org/n@/": false, "/c/org/key": false, "/d/.git/": false, "/e/": true,
	} {
		must(t, os.MkdirAll(filepath.Dir(dir+path), 0o755))
		if path[len(path)-1] != '/' {
			must(t, os.WriteFile(dir+path, nil, 0o600))
		}
		fd, err := openDir(dir + path[:2])
		must(t, err)
		if got := pathZone.holds(fd, path[1:2]); got != want {
			t.Errorf("%s: %t", path, got)
		}
		must(t, unix.Close(fd))
	}
}

// An output of a build cache is told by its hash, and by nothing else.
func TestToldBuild(t *testing.T) {
	const id = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b" // SHA-256 of secret
	dir := t.TempDir()
	for name, want := range map[string]bool{id + "-d": true, "0" + id[1:] + "-d": false, id + "-a": false, "README": false, "trim.txt": false, "secret": false} {
		must(t, os.WriteFile(dir+"/"+name, []byte("secret"), 0o600))
		fd, err := unix.Open(dir+"/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		must(t, err)
		if toldBuild(fd, name) != want {
			t.Errorf("%s: %t", name, !want)
		}
		must(t, unix.Close(fd))
	}
}
