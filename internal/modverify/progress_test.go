package modverify

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/module"
)

// How far Verify is counts the bytes of zip files, within one too, and ends with all of them.
func TestVerifyProgress(t *testing.T) {
	w := newWorld(t)
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte('a' + rand.IntN(26))
	}
	large := module.Version{Path: "example.com/large", Version: "v1.0.0"}
	publish(t, w.proxy, large, "package large // "+string(noise))
	if out, err := w.run(w.cache, w.dir, "mod", "download", "-json", large.String()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var want int64
	zips, _ := filepath.Glob(filepath.Join(w.cache, "cache/download/example.com/*/@v/*.zip"))
	upper, _ := filepath.Glob(filepath.Join(w.cache, "cache/download/example.com/*/a/@v/*.zip"))
	for _, zip := range append(zips, upper...) {
		want += must(os.Stat(zip)).Size()
	}
	c := w.open()
	defer c.Close()
	var last int64
	steps := 0
	c.Verify(must(c.Entries()), nil, func(done, all int64) {
		if done < last || all != want {
			t.Errorf("%d of %d after %d, want %d", done, all, last, want)
		}
		if last = done; done > want/10 && done < want*9/10 {
			steps++
		}
	})
	if last != want || steps < 10 {
		t.Errorf("%d of %d bytes, %d steps on the way", last, want, steps)
	}
}
