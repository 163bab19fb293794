package modneed

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
)

// BenchmarkHeldBy measures the looks at a module cache of 2,000 modules that lacks nothing.
func BenchmarkHeldBy(b *testing.B) {
	dir := b.TempDir()
	var sum strings.Builder
	files := map[string]string{"m/go.mod": "module m\n"}
	for i := range 2000 {
		path := fmt.Sprintf("example.com/group%d/module%d", i%50, i)
		fmt.Fprintf(&sum, "%s v1.0.0 %s\n%[1]s v1.0.0/go.mod %[2]s\n", path, cachetest.Hash)
		files["cache/"+path+"@v1.0.0/x.go"] = "package x\n"
		files["cache/cache/download/"+path+"/@v/v1.0.0.info"] = `{"Version":"v1.0.0"}`
		files["cache/cache/download/"+path+"/@v/v1.0.0.mod"] = "module " + path + "\n"
		files["cache/cache/download/"+path+"/@v/v1.0.0.ziphash"] = cachetest.Hash
	}
	files["m/go.sum"] = sum.String()
	cachetest.Write(b, dir, files)
	for b.Loop() {
		if !Of(gomod.Find(filepath.Join(dir, "m"), "off"), Asked{}).CompleteIn(filepath.Join(dir, "cache")) {
			b.Fatal("not held")
		}
	}
}
