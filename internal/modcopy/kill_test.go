package modcopy

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/internal/modneed"
	"golang.org/x/mod/module"
)

// What a killed process left goes, what a working one is about to rename stays.
func TestSeedAfterKill(t *testing.T) {
	sh := newShared(t)
	cachetest.Write(t, sh.Dir, map[string]string{testFile + ".zip123.tmp": "half", testFile + ".lock": ""})
	dir, err := os.OpenRoot(filepath.Dir(sh.Dir + "/" + testFile))
	sh.check(err)
	defer dir.Close()
	release, err := modcache.Lock(dir, filepath.Base(testFile)+".lock", true)
	sh.check(err)
	if _, err := sh.fill(sh.need()); err != nil || sh.list() != ".info .lock .mod .zip123.tmp" {
		t.Errorf("beside another process: %v: %s", err, sh.list())
	}
	release()
	if _, err := sh.fill(sh.need()); err != nil || sh.list() != ".info .lock .mod .zip .ziphash" {
		t.Errorf("alone: %v: %s", err, sh.list())
	}
}

// artifact is all of version v1.0.0 of a module.
func artifact(path string) modneed.Artifact {
	e := modcache.Entry{Version: module.Version{Path: path, Version: "v1.0.0"}}
	return modneed.Artifact{Entry: e, Mod: true, Tree: true}
}

// many adds copies of the module under other names, with much in them, and returns the need for them.
func (sh *shared) many(count, size int) modneed.Need {
	var n modneed.Need
	for i := range count {
		path := fmt.Sprintf("example.com/m%d", i)
		at := "cache/download/" + path + "/@v/v1.0.0"
		var file bytes.Buffer
		z := zip.NewWriter(&file)
		w, err := z.CreateHeader(&zip.FileHeader{Name: path + "@v1.0.0/a.go"})
		sh.check(err)
		w.Write(bytes.Repeat([]byte{'a' + byte(i%26)}, size))
		sh.check(z.Close())
		cachetest.Write(sh, sh.Of, map[string]string{
			at + ".info": `{"Version":"v1.0.0"}`, at + ".mod": "module " + path,
			at + ".zip": file.String(), at + ".ziphash": cachetest.Hash,
		})
		n.Artifacts = append(n.Artifacts, artifact(path))
	}
	return n
}

// Many processes at once make one copy, and it is whole whichever was first.
func TestSeedAtOnce(t *testing.T) {
	needsTrust(t)
	sh := newShared(t)
	n := sh.many(60, 1000)
	var wg sync.WaitGroup
	for i := range 6 {
		own := modneed.Need{}
		if i%2 == 1 {
			own = more()
		}
		own.Artifacts = slices.Clone(n.Artifacts)
		wg.Go(func() {
			if _, err := sh.fill(own); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	sh.complete(n)
	if strings.Contains(sh.list(), ".tmp") {
		t.Error(sh.list())
	}
}

// complete checks that the copy has all of the need.
func (sh *shared) complete(n modneed.Need) {
	sh.Helper()
	to := modcache.Open(sh.Dir, true)
	defer to.Close()
	for i := range n.Artifacts {
		if e := &n.Artifacts[i].Entry; !e.Named() || !to.HasMod(e) || !to.HasZip(e) {
			sh.Errorf("%v is not whole: %s", e, sh.list())
		}
	}
}

// Killed at any time, it leaves no file under its name that is not whole, and the next one goes on.
func TestSeedKilled(t *testing.T) {
	needsTrust(t)
	const count, size = 40, 1 << 20
	if dir := os.Getenv("SEED_COPY"); dir != "" {
		sh := &shared{TB: t, PrivateCopy: envfix.PrivateCopy{Of: os.Getenv("SEED_OF"), Dir: dir}}
		var n modneed.Need
		for i := range count {
			n.Artifacts = append(n.Artifacts, artifact(fmt.Sprintf("example.com/m%d", i)))
		}
		os.Stdout.WriteString("begun\n")
		sh.fill(n)
		return
	}
	sh := newShared(t)
	n := sh.many(count, size)
	killed := 0
	for i := range 10 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSeedKilled$")
		cmd.Env = append(os.Environ(), "SEED_OF="+sh.Of, "SEED_COPY="+sh.Dir)
		out, err := cmd.StdoutPipe()
		sh.check(err)
		sh.check(cmd.Start())
		out.Read(make([]byte, 6))
		time.Sleep(time.Duration(i) * 2 * time.Millisecond)
		cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		sh.unharmed()
	}
	if killed == 0 {
		t.Error("none was killed")
	}
	if _, err := sh.fill(n); err != nil {
		t.Error(err)
	}
	sh.complete(n)
}

// unharmed checks that what the copy has is what the cache has.
func (sh *shared) unharmed() {
	filepath.WalkDir(sh.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".tmp") || strings.HasSuffix(path, ".lock") {
			return err
		}
		got, _ := os.ReadFile(path)
		want, err := os.ReadFile(sh.Of + strings.TrimPrefix(path, sh.Dir))
		if err != nil || !bytes.Equal(got, want) {
			sh.Errorf("%s has %d bytes, not %d", path, len(got), len(want))
		}
		return nil
	})
}

// A copy that cannot be written to is an error, and what is there stays.
func TestSeedFails(t *testing.T) {
	sh := newShared(t)
	cachetest.Write(t, filepath.Dir(sh.Dir), map[string]string{"copy": "a file"})
	if _, err := sh.fill(sh.need()); err == nil || errors.Is(err, fs.ErrNotExist) && runtime.GOOS != "windows" {
		t.Errorf("%v", err)
	}
}
