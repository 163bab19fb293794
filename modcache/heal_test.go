package modcache

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// A world is a module cache that the real go filled, and the proxy that it came from.
type world struct {
	t     *testing.T
	proxy string
	cache string
	dir   string
}

var testMod = module.Version{Path: "example.com/Upper/a", Version: "v1.0.0"}

// newWorld makes a cache with two modules, whole.
func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, proxy: filepath.Join(dir, "proxy"), cache: filepath.Join(dir, "mod"), dir: filepath.Join(dir, "main")}
	w.publish(testMod, "package a")
	w.publish(module.Version{Path: "example.com/b", Version: "v1.2.0"}, "package b")
	write(t, w.dir, map[string]string{"go.mod": "module main\n"})
	t.Cleanup(func() { makeWritable(w.cache) })
	if out, err := w.run(w.cache, w.dir, "mod", "download", "-json", testMod.String(), "example.com/b@v1.2.0"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return w
}

// makeWritable lets t.TempDir remove a cache.
func makeWritable(dir string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
}

// publish puts a module on the proxy.
func (w *world) publish(mod module.Version, source string) {
	w.t.Helper()
	e, _ := newEntry(mod)
	src := filepath.Join(w.t.TempDir(), "src")
	gomod := "module " + mod.Path + "\n"
	write(w.t, src, map[string]string{"go.mod": gomod, "x.go": source + "\n", "sub/y.go": "package sub\n"})
	write(w.t, w.proxy, map[string]string{
		e.at + "/list":                mod.Version + "\n",
		e.at + "/" + e.base + ".info": `{"Version":"` + mod.Version + `"}`,
		e.at + "/" + e.base + ".mod":  gomod,
	})
	f, err := os.Create(filepath.Join(w.proxy, e.at, e.base+".zip"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	if err := modzip.CreateFromDir(f, mod, src); err != nil {
		w.t.Fatal(err)
	}
}

// run is a Go.
func (w *world) run(cache, dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=file://"+filepath.ToSlash(w.proxy), "GOSUMDB=off", "GOFLAGS= ", "GOWORK=off",
		"GOTOOLCHAIN=local", "GOENV=off", "GOMODCACHE="+cache, "GONOPROXY=none", "GOPRIVATE=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && stderr.Len() > 0 {
		err = errors.New(stderr.String())
	}
	return out, err
}

// verify is what Verify finds: kinds and paths below the cache.
func (w *world) verify(sums Sums) ([]Result, []string) {
	w.t.Helper()
	c := w.open()
	defer c.Close()
	entries, err := c.Entries()
	if err != nil {
		w.t.Fatal(err)
	}
	results := c.Verify(entries, sums, func(int) {})
	return results, w.words(results)
}

func (w *world) open() *Cache {
	w.t.Helper()
	c, err := Open(w.cache)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) words(results []Result) []string {
	var words []string
	for _, r := range results {
		if r.Err != nil {
			words = append(words, r.Err.Error())
		}
		for _, f := range r.Findings {
			rel, _ := filepath.Rel(w.cache, f.Path)
			words = append(words, string(f.Kind)+" "+filepath.ToSlash(rel))
		}
	}
	slices.Sort(words)
	return words
}

// heal is what Heal leaves.
func (w *world) heal(results []Result, sums Sums) []string {
	w.t.Helper()
	c := w.open()
	defer c.Close()
	after, err := c.Heal(results, sums, w.run)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.words(after)
}

// files is what is in the cache: of each file its size and when it was changed.
func (w *world) files() map[string]string {
	m := make(map[string]string)
	filepath.WalkDir(w.cache, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			fi, _ := d.Info()
			rel, _ := filepath.Rel(w.cache, path)
			m[filepath.ToSlash(rel)] = fi.ModTime().String()
		}
		return nil
	})
	return m
}

// The paths of testMod.
const (
	at  = "cache/download/example.com/!upper/a/@v/v1.0.0"
	dir = "example.com/!upper/a@v1.0.0"
)

// Each row of the table, and what follows from it: what is found, and which files change when it is healed.
func TestHeal(t *testing.T) {
	good := func(w *world) Sums {
		c := w.open()
		defer c.Close()
		return Sums{testMod: {strings.TrimSpace(string(must(c.download.ReadFile("example.com/!upper/a/@v/v1.0.0.ziphash"))))}}
	}
	for _, tt := range []struct {
		name    string
		damage  func(w *world)
		sums    func(w *world) Sums // before the damage; nil for none
		found   string
		touched string // beside what is named in found
	}{
		{"empty mod", func(w *world) { w.put(at+".mod", "") }, nil, "empty-mod " + at + ".mod", ""},
		{"other mod", func(w *world) { w.put(at+".mod", "module evil\n") }, nil, "changed-mod " + at + ".mod", ""},
		{"empty info", func(w *world) { w.put(at+".info", "") }, nil, "", ""},
		{"no info", func(w *world) { w.remove(at + ".info") }, nil, "", ""},
		{"empty zip beside a folder", func(w *world) { w.put(at+".zip", "") }, nil, "torn-zip " + at + ".zip", ""},
		{"empty zip", func(w *world) { w.put(at+".zip", ""); w.remove(dir) }, nil, "torn-zip " + at + ".zip", ""},
		{"torn zip", func(w *world) { os.Truncate(filepath.Join(w.cache, at+".zip"), 100) }, nil, "torn-zip " + at + ".zip", ""},
		{"other zip", func(w *world) { w.swap(at + ".zip") }, nil, "changed-zip " + at + ".zip", ""},
		{"empty ziphash", func(w *world) { w.put(at+".ziphash", "") }, nil, "torn-ziphash " + at + ".ziphash", ""},
		{"no ziphash", func(w *world) { w.remove(at + ".ziphash") }, nil, "missing-ziphash " + at + ".ziphash", ""},
		{"wrong ziphash", func(w *world) { w.put(at+".ziphash", modHash(nil)) }, good, "wrong-ziphash " + at + ".ziphash", ""},
		{"empty source", func(w *world) { w.put(dir+"/x.go", "") }, nil, "changed-dir " + dir, ""},
		{"missing source", func(w *world) { w.remove(dir + "/x.go") }, nil, "changed-dir " + dir, ""},
		{"added source", func(w *world) { w.put(dir+"/z.go", "") }, nil, "changed-dir " + dir, ""},
		{"link for the folder", func(w *world) { w.remove(dir); os.Symlink("b@v1.2.0", filepath.Join(w.cache, dir)) }, nil, "changed-dir " + dir, ""},
		{"link in it", func(w *world) { w.link(dir + "/x.go") }, nil, "changed-dir " + dir, ""},
		{"file for the folder", func(w *world) { w.remove(dir); w.put(dir, "") }, nil, "changed-dir " + dir, ""},
		{"source and zip", func(w *world) { w.put(dir+"/x.go", ""); w.put(at+".zip", "") }, nil,
			"changed-dir " + dir + ", torn-zip " + at + ".zip", ""},
		{"partial", func(w *world) { w.put(at+".partial", ""); w.remove(dir + "/x.go") }, nil, "half-dir " + dir, at + ".partial"},
		{"partial alone", func(w *world) { w.put(at+".partial", ""); w.remove(dir) }, nil, "stray-partial " + at + ".partial", ""},
		{"tmp", func(w *world) { w.put(at+".zip123456.tmp", "PK") }, nil, "stray-tmp " + at + ".zip123456.tmp", ""},
		{"young tmp", func(w *world) { w.put(at+".mod123456.tmp", "m") }, nil, "", ""},
		{"old tmp", func(w *world) { w.put(at+".mod123456.tmp", "m"); w.age(at + ".mod123456.tmp") }, nil, "stray-tmp " + at + ".mod123456.tmp", ""},
		{"downloads removed", func(w *world) { w.remove("cache/download/example.com/!upper") }, nil, "orphan-dir " + dir, at},
		{"all downloads removed", func(w *world) { w.remove("cache/download"); w.remove("example.com/b@v1.2.0") }, nil, "orphan-dir " + dir, at},
		{"zip removed", func(w *world) { w.remove(at + ".zip") }, nil, "", ""},
		{"everything else", func(w *world) { w.foreign() }, good,
			"changed-dir " + dir + ", foreign-zip " + at + ".zip, wrong-ziphash " + at + ".ziphash", ""},
		{"left by a heal", func(w *world) { w.put("cache/download/"+scratchPrefix+"1/mod/x", "") }, nil, "stray-heal cache/download/" + scratchPrefix + "1", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			sums := Sums{}
			if tt.sums != nil {
				sums = tt.sums(w)
			}
			tt.damage(w)
			before := w.files()
			results, found := w.verify(sums)
			if got := strings.Join(found, ", "); got != tt.found {
				t.Fatalf("found %s\nwant  %s", got, tt.found)
			}
			if left := w.heal(results, sums); left != nil {
				t.Errorf("not healed: %q", left)
			}
			if _, found := w.verify(sums); found != nil {
				t.Errorf("found again: %q", found)
			}
			for _, name := range changed(before, w.files()) {
				if !named(name, tt.found) && (tt.touched == "" || !strings.HasPrefix(name, tt.touched)) {
					t.Errorf("touched %s", name)
				}
			}
		})
	}
}

// Where nothing can be fetched, nothing is given up, but for what go.sum contradicts.
func TestHealWithoutNetwork(t *testing.T) {
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
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.damage(w)
			os.RemoveAll(w.proxy)
			before := w.files()
			results, found := w.verify(Sums{})
			left := w.heal(results, Sums{})
			if !tt.stays {
				if left != nil {
					t.Errorf("not healed: %q", left)
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

// What go.sum contradicts is removed, whether there is something in its place or not.
func TestForeignIsRemoved(t *testing.T) {
	w := newWorld(t)
	_, mod := modHash([]byte("module other\n")), module.Version{Path: testMod.Path, Version: testMod.Version + "/go.mod"}
	sums := Sums{testMod: {modHash([]byte("a"))}, mod: {modHash([]byte("b"))}}
	results, found := w.verify(sums)
	if len(found) != 4 {
		t.Fatalf("found %q", found)
	}
	left := strings.Join(w.heal(results, sums), "\n")
	if !strings.Contains(left, "removed, and not fetched again: verifying ") {
		t.Errorf("left %s", left)
	}
	for _, suffix := range []string{".zip", ".ziphash", ".mod"} {
		if exists(filepath.Join(w.cache, at+suffix)) {
			t.Errorf("%s is still there", suffix)
		}
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
	release, ok := c.hold(e, true)
	if !ok {
		t.Fatal("not free")
	}
	if r := c.examine(e, nil, new(hasher)); !r.Busy || r.Findings != nil {
		t.Errorf("%+v", r)
	}
	release()
	if r := c.examine(e, nil, new(hasher)); r.Busy || r.Findings == nil {
		t.Errorf("%+v", r)
	}
}

func (w *world) put(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.cache, filepath.FromSlash(name))
	makeWritable(filepath.Dir(path))
	os.Remove(path)
	write(w.t, w.cache, map[string]string{name: text})
}

func (w *world) remove(name string) {
	w.t.Helper()
	path := filepath.Join(w.cache, filepath.FromSlash(name))
	makeWritable(filepath.Dir(path))
	if err := os.RemoveAll(path); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) link(name string) {
	w.remove(name)
	os.Symlink("go.mod", filepath.Join(w.cache, name))
}

func (w *world) age(name string) {
	old := time.Now().Add(-2 * time.Hour)
	os.Chtimes(filepath.Join(w.cache, name), old, old)
}

// swap replaces a zip file by a whole one with other files in it.
func (w *world) swap(name string) {
	other := &world{t: w.t, proxy: w.t.TempDir()}
	other.publish(testMod, "package evil")
	w.put(name, string(must(os.ReadFile(filepath.Join(other.proxy, "example.com/!upper/a/@v/v1.0.0.zip")))))
}

// foreign replaces the whole entry by another one, as somebody who writes to the cache could.
func (w *world) foreign() {
	w.swap(at + ".zip")
	w.remove(at + ".ziphash")
	w.remove(dir)
	if _, err := w.run(w.cache, w.dir, "mod", "download", testMod.String()); err != nil {
		w.t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// changed are the names that are new, gone or changed.
func changed(before, after map[string]string) []string {
	var names []string
	for name := range maps.Keys(after) {
		if before[name] != after[name] {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// named reports whether the file is one of those that were found, or below.
func named(name, found string) bool {
	for word := range strings.FieldsSeq(strings.ReplaceAll(found, ",", "")) {
		if name == word || strings.HasPrefix(name, word+"/") {
			return true
		}
	}
	return false
}
