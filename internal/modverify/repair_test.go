package modverify

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
	"golang.org/x/mod/module"
)

// The paths of testMod.
const (
	at  = "cache/download/example.com/!upper/a/@v/v1.0.0"
	dir = "example.com/!upper/a@v1.0.0"
)

// Each row of the table, and what follows from it: what is found, and which files change when it is repaired.
func TestRepair(t *testing.T) {
	good := func(w *world) gomod.Sums {
		c := w.open()
		defer c.Close()
		hash := must(c.download.ReadFile("example.com/!upper/a/@v/v1.0.0.ziphash"))
		return gomod.Sums{testMod: {strings.TrimSpace(string(hash))}}
	}
	for _, tt := range []struct {
		name    string
		damage  func(w *world)
		sums    func(w *world) gomod.Sums // before the damage; nil for none
		found   string
		touched string // beside what is named in found
	}{
		{"empty mod", func(w *world) { w.put(at+".mod", "") }, nil, "empty-mod " + at + ".mod", ""},
		{"other mod", func(w *world) { w.put(at+".mod", "module evil\n") }, nil, "changed-mod " + at + ".mod", ""},
		{"empty info", func(w *world) { w.put(at+".info", "") }, nil, "", ""},
		{"no info", func(w *world) { w.remove(at + ".info") }, nil, "", ""},
		{"empty zip beside a folder", func(w *world) { w.put(at+".zip", "") }, nil, "torn-zip " + at + ".zip", ""},
		{"empty zip", func(w *world) { w.put(at+".zip", ""); w.remove(dir) }, nil, "torn-zip " + at + ".zip", ""},
		{"torn zip", func(w *world) { os.Truncate(filepath.Join(w.cache, at+".zip"), 100) }, nil,
			"torn-zip " + at + ".zip", ""},
		{"other zip", func(w *world) { w.swap(at + ".zip") }, nil, "changed-zip " + at + ".zip", ""},
		{"empty ziphash", func(w *world) { w.put(at+".ziphash", "") }, nil, "torn-ziphash " + at + ".ziphash", ""},
		{"no ziphash", func(w *world) { w.remove(at + ".ziphash") }, nil, "missing-ziphash " + at + ".ziphash", ""},
		{"wrong ziphash", func(w *world) { w.put(at+".ziphash", modcache.HashMod(nil)) }, good,
			"wrong-ziphash " + at + ".ziphash", ""},
		{"empty source", func(w *world) { w.put(dir+"/x.go", "") }, nil, "changed-dir " + dir, ""},
		{"missing source", func(w *world) { w.remove(dir + "/x.go") }, nil, "changed-dir " + dir, ""},
		{"added source", func(w *world) { w.put(dir+"/z.go", "") }, nil, "changed-dir " + dir, ""},
		{"link for the folder", func(w *world) {
			w.remove(dir)
			needLink(w.t, "b@v1.2.0", filepath.Join(w.cache, dir))
		}, nil, "changed-dir " + dir, ""},
		{"link in it", func(w *world) { w.link(dir + "/x.go") }, nil, "changed-dir " + dir, ""},
		{"file for the folder", func(w *world) { w.remove(dir); w.put(dir, "") }, nil, "changed-dir " + dir, ""},
		{"source and zip", func(w *world) { w.put(dir+"/x.go", ""); w.put(at+".zip", "") }, nil,
			"changed-dir " + dir + ", torn-zip " + at + ".zip", ""},
		{"partial", func(w *world) { w.put(at+".partial", ""); w.remove(dir + "/x.go") }, nil,
			"half-dir " + dir, at + ".partial"},
		{"partial alone", func(w *world) { w.put(at+".partial", ""); w.remove(dir) }, nil,
			"stray-partial " + at + ".partial", ""},
		{"tmp", func(w *world) { w.put(at+".zip123456.tmp", "PK") }, nil, "stray-tmp " + at + ".zip123456.tmp", ""},
		{"young tmp", func(w *world) { w.put(at+".mod123456.tmp", "m") }, nil, "", ""},
		{"old tmp", func(w *world) { w.put(at+".mod123456.tmp", "m"); w.age(at + ".mod123456.tmp") }, nil,
			"stray-tmp " + at + ".mod123456.tmp", ""},
		{"downloads removed", func(w *world) { w.remove("cache/download/example.com/!upper") }, nil,
			"orphan-dir " + dir, at},
		{"all downloads removed", func(w *world) { w.remove("cache/download"); w.remove("example.com/b@v1.2.0") }, nil,
			"orphan-dir " + dir, at},
		{"zip removed", func(w *world) { w.remove(at + ".zip") }, nil, "", ""},
		{"everything else", func(w *world) { w.foreign() }, good,
			"foreign-dir " + dir + ", foreign-zip " + at + ".zip, wrong-ziphash " + at + ".ziphash", ""},
		{"left by a repair", func(w *world) { w.put("cache/download/"+scratchPrefix+"1/mod/x", "") }, nil,
			"stray-heal cache/download/" + scratchPrefix + "1", ""},
	} {
		repair := func(t *testing.T, w *world) {
			sums := gomod.Sums{}
			if tt.sums != nil {
				sums = tt.sums(w)
			}
			tt.damage(w)
			before := w.files()
			results, found := w.verify(sums)
			if got := strings.Join(found, ", "); got != tt.found {
				t.Fatalf("found %s\nwant  %s", got, tt.found)
			}
			if left := w.repair(results, sums); left != nil {
				t.Errorf("not repaired: %q", left)
			}
			if _, found := w.verify(sums); found != nil {
				t.Errorf("found again: %q", found)
			}
			for _, name := range changed(before, w.files()) {
				if !named(name, tt.found) && (tt.touched == "" || !strings.HasPrefix(name, tt.touched)) {
					t.Errorf("touched %s", name)
				}
			}
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			repair(t, newWorld(t))
		})
		t.Run(tt.name+" apart", func(t *testing.T) {
			t.Parallel()
			if os.Geteuid() != 0 {
				t.Skip("only root repairs apart: it may empty read-only directories")
			}
			w := newWorld(t)
			w.apart = t.TempDir()
			repair(t, w)
			if left, err := os.ReadDir(w.apart); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

// Where nothing can be fetched, nothing is given up.
func TestRepairWithoutNetwork(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(w *world)
		stays  bool
	}{
		{"empty mod", func(w *world) { w.put(at+".mod", "") }, true},
		{"empty zip beside a folder", func(w *world) { w.put(at+".zip", "") }, true},
		{"other zip", func(w *world) { w.swap(at + ".zip") }, true},
		{"empty source without a zip", func(w *world) { w.put(dir+"/x.go", ""); w.remove(at + ".zip") }, true},
		{"downloads removed", func(w *world) { w.remove("cache/download/example.com/!upper") }, true},
		{"empty source", func(w *world) { w.put(dir+"/x.go", "") }, false},
		{"empty ziphash", func(w *world) { w.put(at+".ziphash", "") }, false},
	} {
		for _, apart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s apart %t", tt.name, apart), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				if apart {
					w.apart = t.TempDir()
				}
				tt.damage(w)
				os.RemoveAll(w.proxy)
				before := w.files()
				results, found := w.verify(gomod.Sums{})
				left := w.repair(results, gomod.Sums{})
				if !tt.stays {
					if left != nil {
						t.Errorf("not repaired: %q", left)
					}
					return
				}
				if len(left) != len(found)+1 { // and the reason
					t.Errorf("found %q, left %q", found, left)
				}
				for _, name := range changed(before, w.files()) {
					if !strings.HasSuffix(name, ".lock") {
						t.Errorf("touched %s", name)
					}
				}
			})
		}
	}
}

// What only go.sum contradicts stays where nothing else comes: a checkout must not be able to empty a cache.
func TestForeignStays(t *testing.T) {
	w := newWorld(t)
	mod := module.Version{Path: testMod.Path, Version: testMod.Version + "/go.mod"}
	sums := gomod.Sums{testMod: {modcache.HashMod([]byte("a"))}, mod: {modcache.HashMod([]byte("b"))}}
	before := w.files()
	results, found := w.verify(sums)
	if len(found) != 4 {
		t.Fatalf("found %q", found)
	}
	left := w.repair(results, sums)
	if len(left) != 5 || !strings.Contains(strings.Join(left, "\n"), "checksum mismatch") {
		t.Errorf("left %q", left)
	}
	if names := changed(before, w.files()); names != nil {
		t.Errorf("touched %q", names)
	}
}

// What a go command is at work on is not judged.
func TestBusy(t *testing.T) {
	w := newWorld(t)
	w.put(at+".zip", "")
	c := w.open()
	defer c.Close()
	e, err := c.Module(testMod.Path, testMod.Version)
	if err != nil {
		t.Fatal(err)
	}
	release, err := c.lock(&e, true)
	if err != nil {
		t.Fatal(err)
	}
	if r := c.examine(e, nil, new(hasher)); !r.Busy || r.Findings != nil {
		t.Errorf("%+v", r)
	}
	release()
	if r := c.examine(e, nil, new(hasher)); r.Busy || r.Findings == nil {
		t.Errorf("%+v", r)
	}
}
