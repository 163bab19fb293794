package repair

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/cachefix"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
)

// Root gives away what was born after the run began, and nothing else that was moved into the cache meanwhile.
func TestRepairGivesOnlyWhatIsNew(t *testing.T) {
	cache, victim := linuxtest.ModCache(t)
	old := filepath.Join(filepath.Dir(victim), "old")
	linuxtest.Must(t, os.WriteFile(old, nil, 0o644))
	time.Sleep(20 * time.Millisecond) // the clock of file systems ticks slowly
	run := Open(tree.Now(), rights.Of, []Place{{Dir: cache}})
	defer run.Close()
	new := cache + "/cache/download/a.b/m/@v/v1.0.0.info"
	linuxtest.Must(t, os.WriteFile(new, nil, 0o644))
	linuxtest.Must(t, os.Rename(old, cache+"/cache/download/a.b/m/@v/v1.0.0.zip"))
	linuxtest.Must(t, os.Rename(filepath.Dir(victim), cache+"/a.b/dir"))
	run.Repair()
	if linuxtest.OwnerOf(new) != linuxtest.Attacker {
		t.Error("what is new was not given away")
	}
	for _, name := range []string{"/cache/download/a.b/m/@v/v1.0.0.zip", "/a.b/dir", "/a.b/dir/victim"} {
		if linuxtest.OwnerOf(cache+name) != 0 {
			t.Errorf("%s was given away", name)
		}
	}
}

// A directory of binaries may be a home, of which the command knows nothing else.
func TestFlat(t *testing.T) {
	dir, _ := linuxtest.ModCache(t)
	time.Sleep(20 * time.Millisecond)
	run := Open(tree.Now(), rights.Of, []Place{{Dir: dir, Flat: true}})
	defer run.Close()
	linuxtest.Must(t, os.MkdirAll(dir+"/new/below", 0o755))
	owners := map[string]int{"/tool": linuxtest.Attacker, "/new/below/tool": linuxtest.Attacker, "/a.b/other": 0}
	for name := range owners {
		linuxtest.Must(t, os.WriteFile(dir+name, nil, 0o755))
	}
	run.Repair()
	for name, want := range owners {
		if owner := linuxtest.OwnerOf(dir + name); owner != want {
			t.Errorf("%s belongs to uid %d, not %d", name, owner, want)
		}
	}
}

// In an overlayfs with layers on different file systems no file shows the device of the directory it is in. What
// root makes there is given away all the same, in the upper layer and what comes from the lower one.
func TestOverlay(t *testing.T) {
	lower, _ := linuxtest.ModCache(t)
	upper, cache := filepath.Join(t.TempDir(), "upper"), filepath.Join(t.TempDir(), "mod")
	old := cache + "/cache/download/a.b/m/@v/v1.0.0.mod"
	linuxtest.Must(t, os.WriteFile(lower+"/cache/download/a.b/m/@v/v1.0.0.mod", []byte("module a.b/m"), 0o644))
	linuxtest.Mount(t, "tmpfs", upper, "tmpfs", 0, "")
	linuxtest.Must(t, os.MkdirAll(upper+"/work", 0o755))
	linuxtest.Must(t, os.Mkdir(upper+"/up", 0o755))
	linuxtest.Must(t, os.Chown(upper+"/up", linuxtest.Attacker, linuxtest.Attacker))
	layers := "lowerdir=" + lower + ",upperdir=" + upper + "/up,workdir=" + upper + "/work"
	linuxtest.Mount(t, "overlay", cache, "overlay", 0, layers)
	if r, err := cachefix.Dir(cache, &tree.Options{}); err != nil || linuxtest.OwnerOf(old) != linuxtest.Attacker {
		t.Errorf("fix: %+v, %v", r, err)
	}
	for _, shape := range []layout.Shape{layout.ModCache, layout.Other} {
		run := Open(tree.Now(), rights.Of, []Place{{Dir: cache, Kind: shape}})
		linuxtest.Must(t, os.Remove(old))
		linuxtest.Must(t, os.WriteFile(old, []byte("module a.b/m"), 0o644))
		run.Repair()
		run.Close()
		if linuxtest.OwnerOf(old) != linuxtest.Attacker {
			t.Errorf("shape %d: left as it is by a repair", shape)
		}
	}
}
