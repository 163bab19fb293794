package modcache

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkHeldBy measures the looks at a module cache of 2,000 modules that lacks nothing.
func BenchmarkHeldBy(b *testing.B) {
	dir := b.TempDir()
	var sum strings.Builder
	files := map[string]string{"m/go.mod": "module m\n"}
	for i := range 2000 {
		path := fmt.Sprintf("example.com/group%d/module%d", i%50, i)
		fmt.Fprintf(&sum, "%s v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n%s v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", path, path)
		files["cache/"+path+"@v1.0.0/x.go"] = "package x\n"
		files["cache/cache/download/"+path+"/@v/v1.0.0.info"] = `{"Version":"v1.0.0"}`
		files["cache/cache/download/"+path+"/@v/v1.0.0.mod"] = "module " + path + "\n"
		files["cache/cache/download/"+path+"/@v/v1.0.0.ziphash"] = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	}
	files["m/go.sum"] = sum.String()
	write(b, dir, files)
	for b.Loop() {
		if !Find(filepath.Join(dir, "m"), "off").Need(Asked{}).HeldBy(filepath.Join(dir, "cache")) {
			b.Fatal("not held")
		}
	}
}
