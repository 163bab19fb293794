//go:build unix

package testscripts

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestRaceDownload runs eight processes that download the same 200 modules. Each is killed at random moments, again
// and again. Then one download completes, and the cache must be whole. (Plain go does this right, and go-safe must
// not do worse.)
func TestRaceDownload(t *testing.T) {
	const modules, kills = 200, 12
	rounds := 1
	if *long {
		rounds = 4
	}
	r := newRace(t, "-- go.mod --\nmodule m\n\ngo 1.21\n"+requirements(modules))
	if err := writeProxy(r.path("proxy"), modules); err != nil {
		t.Fatal(err)
	}
	r.compare("caches that are not whole", false, func(goCommand string) *tally {
		broken := new(tally)
		for round := range rounds {
			environ := []string{
				"GOPROXY=file://" + r.path("proxy"), "GONOSUMDB=*", "GOFLAGS=-mod=mod -modcacherw",
				"GOMODCACHE=" + r.path(fmt.Sprintf("mod-%d-%s", round, filepath.Base(filepath.Dir(goCommand)))),
			}
			var all sync.WaitGroup
			for worker := range 8 {
				random := rand.New(rand.NewPCG(uint64(round), uint64(worker)))
				all.Go(func() {
					for range kills {
						cmd := r.command(goCommand, environ, "mod", "download")
						if cmd.Start() == nil {
							time.AfterFunc(time.Duration(random.IntN(150))*time.Millisecond, func() { cmd.Process.Kill() })
							cmd.Wait()
						}
					}
				})
			}
			all.Wait()
			broken.run(r.command(goCommand, environ, "mod", "download"))
			broken.run(r.command(r.plain, environ, "mod", "verify"))
		}
		return broken
	})
}

// requirements returns the lines of a go.mod file for n modules that writeProxy writes.
func requirements(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "require %s %s\n", moduleOf(i).Path, moduleOf(i).Version)
	}
	return b.String()
}

func moduleOf(i int) module.Version {
	return module.Version{Path: fmt.Sprintf("example.com/m%03d", i), Version: "v1.0.0"}
}

// writeProxy makes dir a GOPROXY, for file://, with n modules of a few packages each.
func writeProxy(dir string, n int) error {
	for i := range n {
		m := moduleOf(i)
		versions := filepath.Join(dir, m.Path, "@v")
		if err := os.MkdirAll(versions, 0o755); err != nil {
			return err
		}
		gomod := "module " + m.Path + "\n\ngo 1.21\n"
		f, err := os.Create(filepath.Join(versions, m.Version+".zip"))
		if err != nil {
			return err
		}
		if err := zip.Create(f, m, []zip.File{
			textFile{"go.mod", gomod},
			textFile{"m.go", "package m\n\n" + strings.Repeat("// A line of a comment.\n", 1000)},
			textFile{"sub/sub.go", "package sub\n"},
		}); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		for name, text := range map[string]string{
			m.Version + ".info": `{"Version":"` + m.Version + `"}`, m.Version + ".mod": gomod, "list": m.Version + "\n",
		} {
			if err := os.WriteFile(filepath.Join(versions, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// A textFile is a zip.File of a name and a text.
type textFile struct{ name, text string }

func (f textFile) Path() string                 { return f.name }
func (f textFile) Lstat() (os.FileInfo, error)  { return textInfo(f), nil }
func (f textFile) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(f.text)), nil }

type textInfo textFile

func (i textInfo) Name() string       { return filepath.Base(i.name) }
func (i textInfo) Size() int64        { return int64(len(i.text)) }
func (i textInfo) Mode() os.FileMode  { return 0o644 }
func (i textInfo) ModTime() time.Time { return time.Time{} }
func (i textInfo) IsDir() bool        { return false }
func (i textInfo) Sys() any           { return nil }
