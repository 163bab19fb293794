package modcopy

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/internal/modneed"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

// A shared is a module cache with one module, as the go command leaves it, and a private copy of it that has nothing.
type shared struct {
	testing.TB
	envfix.PrivateCopy
	sum   string // of the module
	asked modneed.Need
	first *modneed.Artifact // of asked
}

var testModule = module.Version{Path: "example.com/Upper/a", Version: "v1.0.0"}

const (
	testFile = "/cache/download/example.com/!upper/a/@v/v1.0.0"
	testTree = "/example.com/!upper/a@v1.0.0"
)

func newShared(t testing.TB) *shared {
	dir := t.TempDir()
	sh := &shared{TB: t}
	sh.Of, sh.Dir = filepath.Join(dir, "shared"), filepath.Join(dir, "private", "copy")
	src := t.TempDir()
	cachetest.Write(t, src, map[string]string{
		"go.mod": "module example.com/Upper/a\n", "a.go": "package a\n", "sub/b.go": "package b\n",
	})
	cachetest.Write(t, sh.Of, map[string]string{
		testFile + ".info": `{"Version":"v1.0.0","Time":"2020-01-01T00:00:00Z"}`,
		testFile + ".mod":  "module example.com/Upper/a\n",
		testFile + ".lock": "",
	})
	f, err := os.Create(sh.Of + testFile + ".zip")
	sh.check(err)
	sh.check(modzip.CreateFromDir(f, testModule, src))
	sh.check(f.Close())
	sh.sum, err = dirhash.HashZip(f.Name(), dirhash.Hash1)
	sh.check(err)
	sh.put(testFile+".ziphash", sh.sum)
	sh.check(modzip.Unzip(sh.Of+testTree, testModule, f.Name()))
	return sh
}

// fill is Fill for the copy.
func (sh *shared) fill(n modneed.Need) (int, error) { return Fill(sh.PrivateCopy, n) }

// more is the need of a command that looks up modules.
func more() modneed.Need {
	return modneed.Of(gomod.Project{}, modneed.Asked{Modules: shim.Modules{More: true}})
}

func (sh *shared) check(err error) {
	if err != nil {
		sh.Helper()
		sh.Fatal(err)
	}
}

// put writes a file of the cache.
func (sh *shared) put(name, text string) {
	sh.check(os.WriteFile(sh.Of+name, []byte(text), 0o666))
}

// remove removes files of the cache.
func (sh *shared) remove(names ...string) {
	for _, name := range names {
		sh.check(os.RemoveAll(sh.Of + name))
	}
}

// need is that of a project whose go.sum names the module.
func (sh *shared) need() modneed.Need {
	gomod := modcache.HashMod([]byte("module example.com/Upper/a\n"))
	return modneed.Need{Artifacts: []modneed.Artifact{{
		Entry: modcache.Entry{Version: testModule}, Mod: true, Tree: true, ExpectedHash: sh.sum, ExpectedModHash: gomod,
	}}}
}

// needsTrust skips the test on Windows, where no cache is trusted and a private copy has no links.
func needsTrust(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no cache is trusted on Windows")
	}
}

// list names the copy's files, links with an arrow.
func (sh *shared) list() string {
	var names []string
	filepath.WalkDir(sh.Dir, func(path string, d fs.DirEntry, err error) error {
		name := filepath.ToSlash(strings.TrimPrefix(path, sh.Dir))
		if err != nil || d.IsDir() || name == "/"+linkedMark {
			return nil
		}
		if d.Type() == fs.ModeSymlink {
			name = "->" + name
		}
		names = append(names, strings.Replace(name, testFile, "", 1))
		return nil
	})
	return strings.Join(names, " ")
}

func TestSeed(t *testing.T) {
	const whole = ".info .lock .mod .zip .ziphash"
	for _, tt := range []struct {
		name   string
		damage func(sh *shared)
		want   string
	}{
		{"whole", func(*shared) {}, whole},
		{"not extracted", func(sh *shared) { sh.remove(testTree) }, whole},
		{"half extracted", func(sh *shared) { sh.put(testFile+".partial", "") }, whole},
		{"go.mod alone", func(sh *shared) { sh.first.Tree = false }, ".info .mod"},
		{"files alone", func(sh *shared) { sh.first.Mod = false }, ".info .lock .zip .ziphash"},
		{"nothing there", func(sh *shared) { sh.remove("") }, ""},
		{"empty go.mod", func(sh *shared) { sh.put(testFile+".mod", "") }, ".info .lock .zip .ziphash"},
		{"empty .info", func(sh *shared) { sh.put(testFile+".info", "") }, ".lock .mod .zip .ziphash"},
		{".info of another", func(sh *shared) {
			sh.put(testFile+".info", `{"Version":"v9.9.9"}`)
		}, ".lock .mod .zip .ziphash"},
		{"no hash", func(sh *shared) { sh.remove(testFile + ".ziphash") }, whole},
		{"empty hash", func(sh *shared) { sh.put(testFile+".ziphash", "") }, whole},
		{"no hash and no go.sum", func(sh *shared) {
			sh.remove(testFile + ".ziphash")
			sh.first.ExpectedHash = ""
		}, ".info .mod"},
		{"no go.sum", func(sh *shared) { sh.first.ExpectedHash = "" }, whole},
		{"hash is not that of go.sum", func(sh *shared) { sh.first.ExpectedHash = cachetest.Hash }, ".info .lock .mod"},
		{"no hash, and not that of go.sum", func(sh *shared) {
			sh.remove(testFile + ".ziphash")
			sh.first.ExpectedHash = cachetest.Hash
		}, ".info .lock .mod"},
		{"empty zip", func(sh *shared) { sh.put(testFile+".zip", "") }, ".info .lock .mod"},
		{"torn zip", func(sh *shared) {
			sh.check(os.Truncate(sh.Of+testFile+".zip", 200))
		}, ".info .lock .mod"},
		{"no zip", func(sh *shared) { sh.remove(testFile + ".zip") }, whole},
		{"no zip, changed files", func(sh *shared) { sh.remove(testFile + ".zip"); sh.change() }, ".info .lock .mod"},
		{"no zip and no files", func(sh *shared) { sh.remove(testFile+".zip", testTree) }, ".info .mod"},
		{"zip is a folder", func(sh *shared) {
			sh.remove(testFile+".zip", testTree)
			sh.check(os.Mkdir(sh.Of+testFile+".zip", 0o777))
		}, ".info .mod"},
		{"for all to write", func(sh *shared) { sh.check(os.Chmod(sh.Of, 0o777|fs.ModeSticky)) }, whole},
		{"for all to write, and something else in the zip", func(sh *shared) {
			sh.check(os.Chmod(sh.Of, 0o777|fs.ModeSticky))
			sh.swapZip()
		}, ".info .lock .mod"},
		{"a zip for all to write, and something else in it", func(sh *shared) {
			sh.swapZip()
			sh.check(os.Chmod(sh.Of+testFile+".zip", 0o666))
		}, ".info .lock .mod"},
		{"another go.mod than in go.sum", func(sh *shared) {
			sh.first.ExpectedModHash = cachetest.Hash
		}, ".info .lock .zip .ziphash"},
		{"more in the zip than go takes", func(sh *shared) {
			sh.putBomb()
			sh.first.ExpectedHash = ""
		}, ".info .lock .mod"},
		{"no go.sum, for the group to write", func(sh *shared) { sh.silence(); sh.open("", 0o775) }, ".info .lock"},
		{"no go.sum, for the group to write on the way", func(sh *shared) {
			sh.silence()
			sh.open("cache/download/example.com", 0o775)
		}, ".info .lock"},
		{"no go.sum, files for the group to write", func(sh *shared) {
			sh.silence()
			sh.open(testFile+".mod", 0o664)
			sh.open(testFile+".ziphash", 0o664)
		}, ".info .lock"},
		{"no go.sum, for all to write, nothing to download", func(sh *shared) {
			sh.silence()
			sh.open("", 0o777)
			sh.asked.Offline = true
		}, whole},
	} {
		if runtime.GOOS == "windows" && tt.name == "no go.sum" { // no cache is trusted there
			tt.want = ".info .lock .mod"
		}
		sh := newShared(t)
		sh.asked = sh.need()
		sh.first = &sh.asked.Artifacts[0]
		tt.damage(sh)
		seeded, err := sh.fill(sh.asked)
		if got := sh.list(); got != tt.want || err != nil || (seeded > 0) != (got != "") {
			t.Errorf("%s: %d, %v\n got %s\nwant %s", tt.name, seeded, err, got, tt.want)
		}
		if !strings.Contains(tt.want, ".ziphash") {
			continue
		}
		if got, err := dirhash.HashZip(sh.Dir+testFile+".zip", dirhash.Hash1); err != nil || got != sh.sum {
			t.Errorf("%s: hash %s, %v", tt.name, got, err)
		}
		if seeded, err := sh.fill(sh.asked); seeded > 0 || err != nil {
			t.Errorf("%s: the second time %d, %v", tt.name, seeded, err)
		}
	}
}

// silence has go.sum name nothing.
func (sh *shared) silence() { sh.first.ExpectedHash, sh.first.ExpectedModHash = "", "" }

// open gives a file or directory of the cache another mode.
func (sh *shared) open(name string, mode fs.FileMode) {
	sh.check(os.Chmod(filepath.Join(sh.Of, name), mode))
}

// putBomb puts a small zip file in the place of the module's that unpacks to more than the go command takes.
func (sh *shared) putBomb() {
	f, err := os.Create(sh.Of + testFile + ".zip")
	sh.check(err)
	z := zip.NewWriter(f)
	header := zip.FileHeader{
		Name: testModule.String() + "/a.go", Method: zip.Deflate, UncompressedSize64: modcache.MaxZip + 1,
	}
	w, err := z.CreateRaw(&header)
	sh.check(err)
	_, err = w.Write([]byte("not read"))
	sh.check(err)
	sh.check(z.Close())
	sh.check(f.Close())
}

// change changes a file of the extracted module.
func (sh *shared) change() {
	name := sh.Of + testTree + "/a.go"
	sh.check(os.Chmod(name, 0o666))
	sh.check(os.WriteFile(name, []byte("package changed\n"), 0o666))
}

// swapZip puts a zip in the place of the module's that has other files in it.
func (sh *shared) swapZip() {
	sh.change()
	f, err := os.Create(sh.Of + testFile + ".zip")
	sh.check(err)
	sh.check(zipTree(f, sh.Of+testTree, testModule.String()))
	sh.check(f.Close())
}

// What cannot be named is linked; where anybody may write, it is not.
func TestSeedRest(t *testing.T) {
	needsTrust(t)
	sh := newShared(t)
	sh.put(testFile+"-extra", "")
	cachetest.Write(t, sh.Of, map[string]string{
		"cache/download/example.com/torn/@v/v1.0.0.zip":                   "x",
		"cache/download/example.com/torn/@v/v1.0.0.mod":                   "",
		"cache/download/sumdb/sum.golang.org/lookup/example.com/a@v1.0.0": "signed",
		"cache/vcs/abc/HEAD": "x",
	})
	sh.SumsOf, sh.Sums = filepath.Join(filepath.Dir(sh.Of), "sums"), filepath.Join(filepath.Dir(sh.Dir), "sums")
	cachetest.Write(t, sh.SumsOf, map[string]string{"sum.golang.org/latest": "old"})
	n := more()
	if _, err := sh.fill(n); err != nil {
		t.Fatal(err)
	}
	const want = "->.info ->.mod ->.zip .ziphash /cache/download/sumdb/sum.golang.org/lookup/example.com/a@v1.0.0"
	if got := sh.list(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if data, _ := os.ReadFile(sh.Sums + "/sum.golang.org/latest"); string(data) != "old" {
		t.Errorf("the latest tree head is %q", data)
	}
	cachetest.Write(t, sh.SumsOf, map[string]string{"sum.golang.org/latest": "new"})
	if seeded, err := sh.fill(n); seeded > 0 || err != nil || sh.list() != want {
		t.Errorf("the second time: %d, %v: %s", seeded, err, sh.list())
	}
	if data, _ := os.ReadFile(sh.Sums + "/sum.golang.org/latest"); string(data) != "old" {
		t.Errorf("the user's latest tree head became %q", data)
	}

	// Killed between the two, and asked for by name afterwards.
	sh.check(os.Remove(sh.Dir + testFile + ".ziphash"))
	if _, err := sh.fill(n); err != nil || sh.list() != want {
		t.Errorf("without the hash: %v: %s", err, sh.list())
	}

	// Others may write now: they could change what the links lead to. What go.sum names is copied.
	sh.open("", 0o777)
	const copied = ".info .lock .mod .zip .ziphash /cache/download/sumdb/sum.golang.org/lookup/example.com/a@v1.0.0"
	if _, err := sh.fill(sh.need()); err != nil || sh.list() != copied {
		t.Errorf("from a cache that everybody may write to: %v: %s", err, sh.list())
	}
	sh.open("", 0o755)
	sh.remove("")
	if seeded, err := sh.fill(sh.need()); seeded > 0 || err != nil || sh.list() != copied {
		t.Errorf("when the cache is gone: %d, %v: %s", seeded, err, sh.list())
	}

	open := newShared(t)
	open.open("", 0o777)
	if _, err := open.fill(n); err != nil || open.list() != "" {
		t.Errorf("from a cache that everybody may write to: %v: %s", err, open.list())
	}
	group := newShared(t)
	group.open(filepath.Dir(testFile), 0o775)
	if _, err := group.fill(n); err != nil || group.list() != "" {
		t.Errorf("from a directory that a group may write to: %v: %s", err, group.list())
	}
}

// Of a cache without zip files, which a command may need more of than can be named, each module that is
// extracted gets one.
func TestSeedNoZip(t *testing.T) {
	sh := newShared(t)
	sh.remove(testFile + ".zip")
	n := more()
	n.Offline = runtime.GOOS == "windows" // where nothing is trusted
	if _, err := sh.fill(n); err != nil {
		t.Fatal(err)
	}
	if got := sh.list(); got != "->.info .lock ->.mod .zip .ziphash" && got != ".info .lock .mod .zip .ziphash" {
		t.Error(got)
	}
	if got, err := dirhash.HashZip(sh.Dir+testFile+".zip", dirhash.Hash1); err != nil || got != sh.sum {
		t.Errorf("hash %s, %v", got, err)
	}
}

// From a cache of others a command that may need more gets copies, if nothing can be downloaded, of what is whole.
func TestSeedOffline(t *testing.T) {
	sh := newShared(t)
	sh.open("", 0o777)
	n := more()
	if _, err := sh.fill(n); err != nil || sh.list() != "" {
		t.Errorf("with a network: %v: %s", err, sh.list())
	}
	n.Offline = true
	if _, err := sh.fill(n); err != nil || sh.list() != ".info .lock .mod .zip .ziphash" {
		t.Errorf("%v: %s", err, sh.list())
	}

	// What go.sum names has to be what go.sum says, and nothing else comes in its place.
	sh = newShared(t)
	sh.open("", 0o777)
	n.Artifacts = sh.need().Artifacts
	n.Artifacts[0].ExpectedHash = cachetest.Hash
	if _, err := sh.fill(n); err != nil || sh.list() != ".info .lock .mod" {
		t.Errorf("not what go.sum says: %v: %s", err, sh.list())
	}
	sh = newShared(t)
	sh.open("", 0o777)
	sh.swapZip()
	n.Artifacts = nil
	if _, err := sh.fill(n); err != nil || sh.list() != ".info .lock .mod" {
		t.Errorf("not what its hash says: %v: %s", err, sh.list())
	}
}

// A copy for a workspace, whose modules may need together what no go.sum names, gets the rest as soon as it
// gets something.
func TestSeedWorkspace(t *testing.T) {
	needsTrust(t)
	sh := newShared(t)
	at := "cache/download/example.com/b/@v/v1.0.0"
	cachetest.Write(t, sh.Of, map[string]string{at + ".zip": "PK", at + ".ziphash": cachetest.Hash})
	n := sh.need()
	n.Workspace = true
	if !n.Selects() {
		t.Fatal("nobody asks which versions are selected")
	}
	if _, err := sh.fill(n); err != nil || !strings.Contains(sh.list(), "->/"+at+".zip") {
		t.Errorf("%v: %s", err, sh.list())
	}
}

// With the flag for it what the cache has extracted is extracted, as the go command does that.
func TestSeedTrees(t *testing.T) {
	sh := newShared(t)
	n := sh.need()
	n.Trees = true
	if _, err := sh.fill(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		filepath.WalkDir(sh.Dir, func(path string, _ fs.DirEntry, _ error) error { os.Chmod(path, 0o755); return nil })
	})
	fi, err := os.Stat(sh.Dir + testTree)
	writable := err == nil && fi.Mode()&0o222 != 0 && runtime.GOOS != "windows" // where directories always are
	if _, partial := os.Stat(sh.Dir + testFile + ".partial"); err != nil || writable || partial == nil {
		t.Error(fi, err, partial)
	}
	if data, _ := os.ReadFile(sh.Dir + testTree + "/a.go"); string(data) != "package a\n" {
		t.Errorf("%q", data)
	}
}
