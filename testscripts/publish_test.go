//go:build unix

package testscripts

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	modzip "golang.org/x/mod/zip"
)

// modproxy DIR SOURCES makes DIR a module proxy of the directories path@version in SOURCES.
func modproxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: modproxy dir sources")
	}
	proxy, sources := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(sources, func(dir string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(sources, dir)
		path, version, ok := strings.Cut(rel, "@")
		if err != nil || !ok || !d.IsDir() {
			return err
		}
		if err := addToProxy(proxy, module.Version{Path: filepath.ToSlash(path), Version: version}, dir); err != nil {
			return err
		}
		return fs.SkipDir
	}))
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
