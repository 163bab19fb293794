package modcopy

import (
	"archive/zip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/internal/modneed"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// BenchmarkSeed measures what the private copy of 100 modules of 1 MiB each costs, when the cache is trusted,
// when all is hashed, and when all is there. x/cp is how much longer that takes than a copy of the same files.
func BenchmarkSeed(b *testing.B) {
	sh := newShared(b)
	n := sh.sources(100, 1<<20)
	floor := time.Hour
	for range 3 {
		began := time.Now()
		sh.check(os.CopyFS(b.TempDir(), os.DirFS(sh.Of)))
		floor = min(floor, time.Since(began))
	}
	for _, bb := range []struct {
		name  string
		mode  os.FileMode
		again bool
	}{
		{"trusted", 0o755, false},
		{"hashed", 0o777, false},
		{"again", 0o777, true},
	} {
		b.Run(bb.name, func(b *testing.B) {
			sh.open("", bb.mode)
			for b.Loop() {
				if !bb.again {
					b.StopTimer()
					sh.check(os.RemoveAll(sh.Dir))
					b.StartTimer()
				}
				if seeded, err := sh.fill(n); err != nil || (seeded == len(n.Artifacts)) == bb.again {
					b.Fatal(seeded, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(floor), "x/cp")
		})
	}
}

// sources makes the cache one of so many modules with files of that size, which compress as sources do, and
// returns the need for them.
func (sh *shared) sources(count, size int) modneed.Need {
	sh.remove("")
	random := rand.New(rand.NewPCG(1, 2))
	var n modneed.Need
	for i := range count {
		v := module.Version{Path: fmt.Sprintf("example.com/m%d", i), Version: "v1.0.0"}
		at, gomod := "cache/download/"+v.Path+"/@v/v1.0.0", "module "+v.Path+"\n"
		var text strings.Builder
		for text.Len() < size {
			fmt.Fprintf(&text, "func name%d(x int) error { return call%d(x, %d) }\n",
				random.IntN(500), random.IntN(5000), random.IntN(1e6))
		}
		cachetest.Write(sh, sh.Of, map[string]string{at + ".info": `{"Version":"v1.0.0"}`, at + ".mod": gomod})
		name := filepath.Join(sh.Of, at+".zip")
		f, err := os.Create(name)
		sh.check(err)
		z := zip.NewWriter(f)
		w, err := z.Create(v.String() + "/a.go")
		sh.check(err)
		_, err = io.WriteString(w, text.String())
		sh.check(err)
		sh.check(z.Close())
		sh.check(f.Close())
		sum, err := dirhash.HashZip(name, dirhash.Hash1)
		sh.check(err)
		sh.check(os.WriteFile(name+"hash", []byte(sum), 0o666))
		n.Artifacts = append(n.Artifacts, modneed.Artifact{
			Entry: modcache.Entry{Version: v}, Mod: true, Tree: true,
			ExpectedHash: sum, ExpectedModHash: modcache.HashMod([]byte(gomod)),
		})
	}
	return n
}
