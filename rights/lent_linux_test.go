package rights

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// What all can read and its owner alone can change, a member of the group may have moved into a shared cache too, for a
// moment: out of a directory that both may write to. Whoever fixes or shares that is not to let the group change it.
func TestLentToSharedCache(t *testing.T) {
	group := strconv.Itoa(sharers)
	shared := way{"share", false, func(cache string) error {
		_, err := Share(cache, group, nil, &Options{})
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
			for _, w := range []way{tool("chmod", "-R", "g+rwX"), fixed, shared} {
				cache, victim := newShared(t, byACL)
				work := filepath.Dir(victim)
				must(t, os.Mkdir(work+"/alice", 0o755))
				must(t, os.Rename(victim, work+"/alice/config"))
				must(t, os.Chmod(work+"/alice/config", 0o644))
				must(t, filepath.WalkDir(work+"/alice", func(path string, _ fs.DirEntry, err error) error {
					must(t, err)
					return os.Lchown(path, member, member)
				}))
				must(t, os.Chmod(work, 0o775|fs.ModeSetgid))
				must(t, os.Chown(work, 0, sharers))
				must(t, os.Rename(work, cache+to)) // as any member of the group may
				before := lentIn(t, cache+to+"/alice")
				must(t, w.do(cache))
				if got := lentIn(t, cache+to+"/alice"); before != "" || (got != "") != w.naive {
					t.Errorf("%s, ACL %t, %s: the group may write to %s, and before to %s", name, byACL, w.name, got, before)
				}
			}
		}
	}
}

// lentIn are the paths from a directory on that others than the owner may write to.
func lentIn(t *testing.T, dir string) (paths string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		fi, err := d.Info()
		must(t, err)
		if fi.Mode()&0o022 != 0 {
			paths += " " + path[len(dir):] + "."
		}
		return nil
	}))
	return paths
}
