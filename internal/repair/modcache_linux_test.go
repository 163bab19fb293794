package repair

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// download makes what the go command makes for a module: the download, the extracted module, what a checksum database
// said, and the lock of the cache.
func download(t *testing.T, cache, module string) (paths []string) {
	t.Helper()
	for _, name := range []string{
		"cache/download/" + module + "/@v/v1.0.0.zip", module + "@v1.0.0/go.mod", module + "@v1.0.0/deep/x.go",
		"cache/download/sumdb/db/lookup/" + module + "@v1.0.0", "cache/download/sumdb/db/tile/8/0/000", "cache/lock",
		"cache/vcs/0f/config",
	} {
		path := filepath.Join(cache, name)
		linuxtest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		linuxtest.Must(t, os.WriteFile(path, []byte(module), 0o644))
		paths = append(paths, path)
	}
	return paths
}

// tick waits until what was made before is older than Now. Since Linux 6.13 a file's times may be a tick ahead of the
// coarse clock (Documentation/filesystems/multigrain-ts.rst).
func tick() time.Time {
	for began := tree.Now(); ; {
		if now := tree.Now(); now.Sub(began) > 20*time.Millisecond {
			return now
		}
	}
}

// A search finds all that a download made, in new directories and old ones, and nothing else. A second repair finds
// what came since.
func TestModCache(t *testing.T) {
	cache, _ := linuxtest.ModCache(t)
	old := download(t, cache, "old.org/m")
	linuxtest.Must(t, filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return os.Chown(path, linuxtest.Attacker, linuxtest.Attacker)
	}))
	run := Open(tick(), rights.Of, []Place{{Dir: cache, Kind: layout.ModCache}})
	defer run.Close()
	if !run.Due() || !run.DueIn(cache) || run.DueIn(cache+"/x") {
		t.Fatalf("%+v", run)
	}
	for _, module := range []string{"new.org/m", "old.org/n", "new.org/m/v2"} {
		made := download(t, cache, module)
		report := run.Repair()
		if len(report.Left) > 0 || report.Changed[tree.Owners] == 0 {
			t.Errorf("%s: %+v", module, report)
		}
		for _, path := range made[:4] { // the others were there before
			if owner := linuxtest.OwnerOf(path); owner != linuxtest.Attacker {
				t.Errorf("%s belongs to uid %d", path, owner)
			}
		}
	}
	for _, path := range old {
		if linuxtest.OwnerOf(path) != 0 {
			t.Errorf("%s was given away", path)
		}
	}
}

// A cache shared by setgid gets a default ACL after a run of its owner, where the file system has them.
func TestAdopt(t *testing.T) {
	cache, _ := linuxtest.SharedCache(t)
	run := Open(tick(), rights.Of, []Place{{Dir: cache, Kind: layout.ModCache}})
	defer run.Close()
	run.MakeOpen(cache, "made")
	if fi, err := os.Stat(cache + "/made"); err != nil || fi.Mode() != fs.ModeDir|fs.ModeSetgid|0o775 {
		t.Errorf("%v, %v", fi.Mode(), err)
	}
	download(t, cache, "new.org/m")
	run.Repair()
	for _, dir := range []string{cache, cache + "/cache/download/new.org/m/@v", cache + "/new.org"} {
		var st unix.Stat_t
		linuxtest.Must(t, unix.Stat(dir, &st))
		if st.Gid != linuxtest.Group || st.Mode&0o2070 != 0o2070 {
			t.Errorf("%s: mode %o, group %d", dir, st.Mode, st.Gid)
		}
		if l, err := acl.OfPath(dir, acl.Default); err == nil && !l.Shares() {
			t.Errorf("%s: ACL %v", dir, l)
		}
	}
}

// In a place that go-safe has just made for a user, and in one that is not there yet, the directory that was there
// before decides; and only the files named are repaired.
func TestNewPlaces(t *testing.T) {
	cache, _ := linuxtest.ModCache(t)
	began := tick()
	linuxtest.Must(t, os.Mkdir(cache+"/made", 0o755))
	run := Open(began, rights.Of, []Place{{Dir: cache + "/made"}, {Dir: cache + "/later/x", Files: []string{"go.sum"}}})
	defer run.Close()
	linuxtest.Must(t, os.MkdirAll(cache+"/later/x", 0o755))
	for _, name := range []string{"/made/f", "/later/x/go.sum", "/later/x/other"} {
		linuxtest.Must(t, os.WriteFile(cache+name, nil, 0o644))
	}
	run.Repair()
	for name, want := range map[string]int{
		"/made": linuxtest.Attacker, "/made/f": linuxtest.Attacker, "/later/x/go.sum": linuxtest.Attacker,
		"/later/x/other": 0,
	} {
		if owner := linuxtest.OwnerOf(cache + name); owner != want {
			t.Errorf("%s belongs to uid %d", name, owner)
		}
	}
}

// May is asked only where there is something to repair.
func TestMay(t *testing.T) {
	cache, _ := linuxtest.ModCache(t)
	asked := 0
	may := func() bool { asked++; return false }
	if Open(tick(), rights.Of, []Place{{Dir: cache, May: may}, {Dir: "/", May: may}}).Due() || asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
