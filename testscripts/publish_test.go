package testscripts

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/sumdb/note"
	modzip "golang.org/x/mod/zip"
)

// modproxy DIR SOURCES makes DIR a module proxy of the directories path@version in SOURCES. It also makes a checksum
// database that knows them; DIR/GOSUMDB has the value for GOSUMDB.
func modproxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: modproxy dir sources")
	}
	proxy, sources := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	var mods []module.Version
	ts.Check(filepath.WalkDir(sources, func(dir string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(sources, dir)
		path, version, ok := strings.Cut(rel, "@")
		if err != nil || !ok || !d.IsDir() {
			return err
		}
		mod := module.Version{Path: filepath.ToSlash(path), Version: version}
		if err := addToProxy(proxy, mod, dir); err != nil {
			return err
		}
		mods = append(mods, mod)
		return fs.SkipDir
	}))
	ts.Check(makeSumDB(proxy, mods))
	ts.Check(shareTree(proxy))
}

// addToProxy adds the files in dir to a proxy as a version of a module (https://go.dev/ref/mod#goproxy-protocol).
func addToProxy(proxy string, mod module.Version, dir string) error {
	path, err := module.EscapePath(mod.Path)
	if err != nil {
		return err
	}
	at := filepath.Join(proxy, path, "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	info, err := json.Marshal(map[string]any{"Version": mod.Version, "Time": time.Unix(1e9, 0).UTC()})
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		text = []byte("module " + mod.Path + "\n")
	}
	versions, _ := os.ReadFile(filepath.Join(at, "list"))
	if semver.Prerelease(mod.Version) == "" {
		versions = append(versions, mod.Version+"\n"...)
	}
	for name, data := range map[string][]byte{"list": versions, mod.Version + ".info": info, mod.Version + ".mod": text} {
		if err := os.WriteFile(filepath.Join(at, name), data, 0o644); err != nil {
			return err
		}
	}
	zip, err := os.Create(filepath.Join(at, mod.Version+".zip"))
	if err != nil {
		return err
	}
	defer zip.Close()
	return modzip.CreateFromDir(zip, mod, dir)
}

// makeSumDB makes a checksum database of the modules of a proxy (https://go.dev/design/25530-sumdb#checksum-database).
func makeSumDB(proxy string, mods []module.Version) error {
	signer, verifier, err := note.GenerateKey(rand.Reader, "localhost/sumdb")
	if err != nil {
		return err
	}
	server := sumdb.NewServer(sumdb.NewTestServer(signer, func(path, version string) ([]byte, error) {
		return sumsOf(proxy, module.Version{Path: path, Version: version})
	}))
	dir := filepath.Join(proxy, "localhost", "sumdb")
	var names []string
	for _, mod := range mods {
		path, _ := module.EscapePath(mod.Path)
		names = append(names, "lookup/"+path+"@"+mod.Version)
	}
	// An answer is signed together with the tree of that moment. Only the second answers all have the same tree.
	names = append(names, names...)
	names = append(names, "latest", fmt.Sprintf("tile/8/0/000.p/%d", len(mods)))
	for _, name := range names {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest("GET", "/"+name, nil))
		if w.Code != http.StatusOK {
			return fmt.Errorf("%s: %s", name, w.Body)
		}
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, w.Body.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(proxy, "GOSUMDB"), []byte(verifier+" file://"+dir), 0o644)
}

// sumsOf returns the lines of go.sum for a module of a proxy.
func sumsOf(proxy string, mod module.Version) ([]byte, error) {
	path, err := module.EscapePath(mod.Path)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(proxy, path, "@v", mod.Version)
	zip, err := dirhash.HashZip(file+".zip", dirhash.Hash1)
	if err != nil {
		return nil, err
	}
	text, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return os.Open(file + ".mod") })
	return fmt.Appendf(nil, "%[1]s %[2]s %[3]s\n%[1]s %[2]s/go.mod %[4]s\n", mod.Path, mod.Version, zip, text), err
}
