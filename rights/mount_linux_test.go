package rights

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// mount mounts for the time of the test.
func mount(t *testing.T, source, target, fstype string, flags uintptr, options string) {
	t.Helper()
	must(t, os.MkdirAll(target, 0o755))
	if err := unix.Mount(source, target, fstype, flags, options); err != nil {
		t.Skipf("mount %s: %v", fstype, err)
	}
	t.Cleanup(func() { must(t, unix.Unmount(target, unix.MNT_DETACH)) })
}

// A walk stays in the mount of the cache, and so does not reach a directory of the same device that is mounted in it.
func TestOtherMount(t *testing.T) {
	for _, bind := range []bool{false, true} {
		cache, victim := newCache(t)
		at := cache + "/a.b/mnt"
		if bind {
			mount(t, filepath.Dir(victim), at, "", unix.MS_BIND, "")
		} else {
			mount(t, "tmpfs", at, "tmpfs", 0, "")
		}
		must(t, os.Chown(at, attacker, attacker))
		must(t, os.WriteFile(at+"/f", nil, 0o644))
		for _, w := range []way{fixed, given, repaired, chown} {
			must(t, w.do(cache))
			if changed := ownerOf(at+"/f") != 0; changed != w.naive {
				t.Errorf("bind %t, %s: changed what is mounted: %t", bind, w.name, changed)
			}
		}
	}
}

// In an overlayfs with layers on different file systems no file shows the device of the directory it is in. What root makes there is
// given away all the same, in the upper layer and what comes from the lower one.
func TestOverlay(t *testing.T) {
	lower, _ := newCache(t)
	upper, cache := filepath.Join(t.TempDir(), "upper"), filepath.Join(t.TempDir(), "mod")
	old := cache + "/cache/download/a.b/m/@v/v1.0.0.mod"
	must(t, os.WriteFile(lower+"/cache/download/a.b/m/@v/v1.0.0.mod", []byte("module a.b/m"), 0o644))
	mount(t, "tmpfs", upper, "tmpfs", 0, "")
	must(t, os.MkdirAll(upper+"/work", 0o755))
	must(t, os.Mkdir(upper+"/up", 0o755))
	must(t, os.Chown(upper+"/up", attacker, attacker))
	mount(t, "overlay", cache, "overlay", 0, "lowerdir="+lower+",upperdir="+upper+"/up,workdir="+upper+"/work")
	if r, err := Fix(cache, &Options{}); err != nil || ownerOf(old) != attacker {
		t.Errorf("fix: %+v, %v", r, err)
	}
	for _, shape := range []Shape{ModCache, Other} {
		run := Begin(Now(), []Place{{Dir: cache, Kind: shape}})
		must(t, os.Remove(old))
		must(t, os.WriteFile(old, []byte("module a.b/m"), 0o644))
		run.Repair()
		run.Close()
		if ownerOf(old) != attacker {
			t.Errorf("shape %d: left as it is by a repair", shape)
		}
	}
}
