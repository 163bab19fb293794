// Package cachetest has what tests of module caches share.
package cachetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// Hash has the form of a hash in go.sum, and is that of nothing in tests.
const Hash = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

// Write makes files below dir, with the folders that they need.
func Write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// Publish puts a module on a proxy of files (https://go.dev/ref/mod#goproxy-protocol). One of the files is go.mod.
func Publish(t testing.TB, proxy string, mod module.Version, files map[string]string) {
	t.Helper()
	path, err := module.EscapePath(mod.Path)
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(proxy, path, "@v")
	src := t.TempDir()
	Write(t, src, files)
	Write(t, at, map[string]string{
		"list":                mod.Version + "\n",
		mod.Version + ".info": `{"Version":"` + mod.Version + `"}`,
		mod.Version + ".mod":  files["go.mod"],
	})
	f, err := os.Create(filepath.Join(at, mod.Version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := modzip.CreateFromDir(f, mod, src); err != nil {
		t.Fatal(err)
	}
}

// URL returns the URL of a folder, for GOPROXY.
func URL(dir string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/")
}
