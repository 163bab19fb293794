//go:build unix

package testscripts

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// versionedModules are the modules that scripts download: a is a library, b uses it, tool is a program that uses
// both. Each has three versions.
var versionedModules = map[string]string{
	"example.com/a": `
-- go.mod --
module example.com/a

go 1.21
-- a.go --
package a

const Name = "a VERSION"
-- deep/er/deep.go --
package er
`,
	"example.com/b": `
-- go.mod --
module example.com/b

go 1.21

require example.com/a v1.0.0
-- b.go --
package b

import "example.com/a"

const Name = "b VERSION with " + a.Name
`,
	"example.com/tool": `
-- go.mod --
module example.com/tool

go 1.21

require example.com/b v1.0.0

require example.com/a v1.0.0 // indirect
-- go.sum --
-- main.go --
package main

import "example.com/b"

func main() { println("tool VERSION", b.Name) }
`,
}

var versions = []string{"v1.0.0", "v1.1.0", "v1.2.0"}

// publishVersions makes dir a GOPROXY for file://dir (https://go.dev/ref/mod#goproxy-protocol). No checksum database
// has its modules.
func publishVersions(t testing.TB, dir string) {
	for path, text := range versionedModules {
		for _, version := range versions {
			mod := module.Version{Path: path, Version: version}
			if err := publishVersion(dir, mod, strings.ReplaceAll(text, "VERSION", version)); err != nil {
				t.Fatal(err)
			}
		}
		list := strings.Join(versions, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(dir, path, "@v", "list"), []byte(list), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func publishVersion(dir string, m module.Version, text string) error {
	var files []modzip.File
	var gomod []byte
	name := ""
	for line := range strings.Lines(strings.TrimPrefix(text, "\n")) {
		if rest, ok := strings.CutPrefix(line, "-- "); ok {
			name = strings.TrimSuffix(rest, " --\n")
			files = append(files, &proxyFile{name: name})
			continue
		}
		files[len(files)-1].(*proxyFile).data += line
		if name == "go.mod" {
			gomod = append(gomod, line...)
		}
	}
	var zip bytes.Buffer
	if err := modzip.Create(&zip, m, files); err != nil {
		return err
	}
	base := filepath.Join(dir, m.Path, "@v", m.Version)
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return err
	}
	info := fmt.Sprintf(`{"Version":%q,"Time":"2026-01-02T03:04:05Z"}`, m.Version)
	for suffix, data := range map[string][]byte{".info": []byte(info), ".mod": gomod, ".zip": zip.Bytes()} {
		if err := os.WriteFile(base+suffix, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A proxyFile is a file of a module, and its own fs.FileInfo.
type proxyFile struct{ name, data string }

func (f *proxyFile) Path() string                { return f.name }
func (f *proxyFile) Lstat() (fs.FileInfo, error) { return f, nil }
func (f *proxyFile) Open() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(f.data)), nil
}
func (f *proxyFile) Name() string       { return filepath.Base(f.name) }
func (f *proxyFile) Size() int64        { return int64(len(f.data)) }
func (f *proxyFile) Mode() fs.FileMode  { return 0o644 }
func (f *proxyFile) ModTime() time.Time { return time.Time{} }
func (f *proxyFile) IsDir() bool        { return false }
func (f *proxyFile) Sys() any           { return nil }
