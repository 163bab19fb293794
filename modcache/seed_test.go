package modcache

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

// A shared is a module cache with one module, as the go command leaves it, and a twin of it that has nothing.
type shared struct {
	testing.TB
	Twin
	sum string // of the module
}

var testModule = module.Version{Path: "example.com/Upper/a", Version: "v1.0.0"}

const (
	testFile = "/cache/download/example.com/!upper/a/@v/v1.0.0"
	testTree = "/example.com/!upper/a@v1.0.0"
)

func newShared(t testing.TB) *shared {
	dir := t.TempDir()
	sh := &shared{TB: t, Twin: Twin{Of: filepath.Join(dir, "shared"), Dir: filepath.Join(dir, "private", "twin")}}
	src := t.TempDir()
	write(t, src, map[string]string{"go.mod": "module example.com/Upper/a\n", "a.go": "package a\n", "sub/b.go": "package b\n"})
	write(t, sh.Of, map[string]string{
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
func (sh *shared) need() Need {
	gomod := modHash([]byte("module example.com/Upper/a\n"))
	return Need{parts: []part{{Version: testModule, mod: true, tree: true, sum: sh.sum, modSum: gomod}}}
}

// list names the twin's files, links with an arrow.
func (sh *shared) list() string {
	var names []string
	filepath.WalkDir(sh.Dir, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, sh.Dir)
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
		damage func(sh *shared, n *Need)
		want   string
	}{
		{"whole", func(*shared, *Need) {}, whole},
		{"not extracted", func(sh *shared, _ *Need) { sh.remove(testTree) }, whole},
		{"half extracted", func(sh *shared, _ *Need) { sh.put(testFile+".partial", "") }, whole},
		{"go.mod alone", func(_ *shared, n *Need) { n.parts[0].tree = false }, ".info .mod"},
		{"files alone", func(_ *shared, n *Need) { n.parts[0].mod = false }, ".info .lock .zip .ziphash"},
		{"nothing there", func(sh *shared, _ *Need) { sh.remove("") }, ""},
		{"empty go.mod", func(sh *shared, _ *Need) { sh.put(testFile+".mod", "") }, ".info .lock .zip .ziphash"},
		{"empty .info", func(sh *shared, _ *Need) { sh.put(testFile+".info", "") }, ".lock .mod .zip .ziphash"},
		{".info of another", func(sh *shared, _ *Need) { sh.put(testFile+".info", `{"Version":"v9.9.9"}`) }, ".lock .mod .zip .ziphash"},
		{"no hash", func(sh *shared, _ *Need) { sh.remove(testFile + ".ziphash") }, whole},
		{"empty hash", func(sh *shared, _ *Need) { sh.put(testFile+".ziphash", "") }, whole},
		{"no hash and no go.sum", func(sh *shared, n *Need) { sh.remove(testFile + ".ziphash"); n.parts[0].sum = "" }, ".info .mod"},
		{"no go.sum", func(_ *shared, n *Need) { n.parts[0].sum = "" }, whole},
		{"hash is not that of go.sum", func(_ *shared, n *Need) { n.parts[0].sum = testSum }, ".info .lock .mod"},
		{"no hash, and not that of go.sum", func(sh *shared, n *Need) { sh.remove(testFile + ".ziphash"); n.parts[0].sum = testSum }, ".info .lock .mod"},
		{"empty zip", func(sh *shared, _ *Need) { sh.put(testFile+".zip", "") }, ".info .lock .mod"},
		{"torn zip", func(sh *shared, _ *Need) { sh.check(os.Truncate(sh.Of+testFile+".zip", 200)) }, ".info .lock .mod"},
		{"no zip", func(sh *shared, _ *Need) { sh.remove(testFile + ".zip") }, whole},
		{"no zip, changed files", func(sh *shared, _ *Need) { sh.remove(testFile + ".zip"); sh.change() }, ".info .lock .mod"},
		{"no zip and no files", func(sh *shared, _ *Need) { sh.remove(testFile+".zip", testTree) }, ".info .mod"},
		{"zip is a folder", func(sh *shared, _ *Need) {
			sh.remove(testFile+".zip", testTree)
			sh.check(os.Mkdir(sh.Of+testFile+".zip", 0o777))
		}, ".info .mod"},
		{"for all to write", func(sh *shared, _ *Need) { sh.check(os.Chmod(sh.Of, 0o777|fs.ModeSticky)) }, whole},
		{"for all to write, and something else in the zip", func(sh *shared, _ *Need) {
			sh.check(os.Chmod(sh.Of, 0o777|fs.ModeSticky))
			sh.swapZip()
		}, ".info .lock .mod"},
		{"a zip for all to write, and something else in it", func(sh *shared, _ *Need) {
			sh.swapZip()
			sh.check(os.Chmod(sh.Of+testFile+".zip", 0o666))
		}, ".info .lock .mod"},
		{"another go.mod than in go.sum", func(_ *shared, n *Need) { n.parts[0].modSum = testSum }, ".info .lock .zip .ziphash"},
		{"more in the zip than go takes", func(sh *shared, n *Need) { sh.putBomb(); n.parts[0].sum = "" }, ".info .lock .mod"},
		{"no go.sum, for the group to write", func(sh *shared, n *Need) { silence(n); sh.open("", 0o775) }, ".info .lock"},
		{"no go.sum, for the group to write on the way", func(sh *shared, n *Need) {
			silence(n)
			sh.open("cache/download/example.com", 0o775)
		}, ".info .lock"},
		{"no go.sum, files for the group to write", func(sh *shared, n *Need) {
			silence(n)
			sh.open(testFile+".mod", 0o664)
			sh.open(testFile+".ziphash", 0o664)
		}, ".info .lock"},
		{"no go.sum, for all to write, nothing to download", func(sh *shared, n *Need) {
			silence(n)
			sh.open("", 0o777)
			n.offline = true
		}, whole},
		{"no go.sum, for all to write, a database", func(sh *shared, n *Need) {
			silence(n)
			sh.open("", 0o777)
			n.sumDB = anyPath
		}, whole},
		{"no go.sum, for all to write, a database, something else in the zip", func(sh *shared, n *Need) {
			silence(n)
			sh.open("", 0o777)
			sh.swapZip()
			n.sumDB = anyPath
		}, ".info .lock .mod"},
	} {
		sh := newShared(t)
		n := sh.need()
		tt.damage(sh, &n)
		seeded, err := sh.Seed(n)
		if got := sh.list(); got != tt.want || err != nil || (seeded > 0) != (got != "") {
			t.Errorf("%s: %d, %v\n got %s\nwant %s", tt.name, seeded, err, got, tt.want)
		}
		if !strings.Contains(tt.want, ".ziphash") {
			continue
		}
		if got, err := dirhash.HashZip(sh.Dir+testFile+".zip", dirhash.Hash1); err != nil || got != sh.sum {
			t.Errorf("%s: hash %s, %v", tt.name, got, err)
		}
		if seeded, err := sh.Seed(n); seeded > 0 || err != nil {
			t.Errorf("%s: the second time %d, %v", tt.name, seeded, err)
		}
	}
}

// silence has go.sum name nothing.
func silence(n *Need) { n.parts[0].sum, n.parts[0].modSum = "", "" }

func anyPath(string) bool { return true }

// open gives a file or directory of the cache another mode.
func (sh *shared) open(name string, mode fs.FileMode) {
	sh.check(os.Chmod(filepath.Join(sh.Of, name), mode))
}

// putBomb puts a small zip file in the place of the module's that unpacks to more than the go command takes.
func (sh *shared) putBomb() {
	f, err := os.Create(sh.Of + testFile + ".zip")
	sh.check(err)
	z := zip.NewWriter(f)
	header := zip.FileHeader{Name: testModule.String() + "/a.go", Method: zip.Deflate, UncompressedSize64: maxZip + 1}
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
	sh := newShared(t)
	sh.put(testFile+"-extra", "")
	write(t, sh.Of, map[string]string{
		"cache/download/example.com/torn/@v/v1.0.0.zip":                   "x",
		"cache/download/example.com/torn/@v/v1.0.0.mod":                   "",
		"cache/download/sumdb/sum.golang.org/lookup/example.com/a@v1.0.0": "signed",
		"cache/vcs/abc/HEAD": "x",
	})
	sh.SumsOf, sh.Sums = filepath.Join(filepath.Dir(sh.Of), "sums"), filepath.Join(filepath.Dir(sh.Dir), "sums")
	write(t, sh.SumsOf, map[string]string{"sum.golang.org/latest": "old"})
	n := Need{more: true}
	if _, err := sh.Seed(n); err != nil {
		t.Fatal(err)
	}
	const want = "->.info ->.mod ->.zip .ziphash /cache/download/sumdb/sum.golang.org/lookup/example.com/a@v1.0.0"
	if got := sh.list(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if data, _ := os.ReadFile(sh.Sums + "/sum.golang.org/latest"); string(data) != "old" {
		t.Errorf("the latest tree head is %q", data)
	}
	write(t, sh.SumsOf, map[string]string{"sum.golang.org/latest": "new"})
	if seeded, err := sh.Seed(n); seeded > 0 || err != nil || sh.list() != want {
		t.Errorf("the second time: %d, %v: %s", seeded, err, sh.list())
	}
	if data, _ := os.ReadFile(sh.Sums + "/sum.golang.org/latest"); string(data) != "old" {
		t.Errorf("the user's latest tree head became %q", data)
	}

	// Killed between the two, and asked for by name afterwards.
	sh.check(os.Remove(sh.Dir + testFile + ".ziphash"))
	if _, err := sh.Seed(n); err != nil || sh.list() != want {
		t.Errorf("without the hash: %v: %s", err, sh.list())
	}

	// Others may write now: they could change what the links lead to. What go.sum names is copied.
	sh.open("", 0o777)
	const copied = ".info .lock .mod .zip .ziphash /cache/download/sumdb/sum.golang.org/lookup/example.com/a@v1.0.0"
	if _, err := sh.Seed(sh.need()); err != nil || sh.list() != copied {
		t.Errorf("from a cache that everybody may write to: %v: %s", err, sh.list())
	}
	sh.open("", 0o755)
	sh.remove("")
	if seeded, err := sh.Seed(sh.need()); seeded > 0 || err != nil || sh.list() != copied {
		t.Errorf("when the cache is gone: %d, %v: %s", seeded, err, sh.list())
	}

	open := newShared(t)
	open.open("", 0o777)
	if _, err := open.Seed(n); err != nil || open.list() != "" {
		t.Errorf("from a cache that everybody may write to: %v: %s", err, open.list())
	}
	group := newShared(t)
	group.open(filepath.Dir(testFile), 0o775)
	if _, err := group.Seed(n); err != nil || group.list() != "" {
		t.Errorf("from a directory that a group may write to: %v: %s", err, group.list())
	}
}

func TestServedBy(t *testing.T) {
	sh := newShared(t)
	perhaps, surely := sh.need(), sh.need()
	surely.parts[0].surely = true
	for _, step := range []struct {
		name            string
		do              func()
		perhaps, surely bool
	}{
		{"all is there", func() {}, true, true},
		{"a zip is to be extracted", func() { sh.remove(testTree) }, false, false},
		{"nothing is to be extracted", func() { sh.remove(testFile + ".zip") }, true, false},
	} {
		step.do()
		if got := perhaps.ServedBy(sh.Of); got != step.perhaps {
			t.Errorf("%s, needed perhaps: %t", step.name, got)
		}
		if got := surely.ServedBy(sh.Of); got != step.surely {
			t.Errorf("%s, needed surely: %t", step.name, got)
		}
	}
	if (Need{more: true}).ServedBy(sh.Of) {
		t.Error("what cannot be named is there")
	}
}
