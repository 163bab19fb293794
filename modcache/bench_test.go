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

// BenchmarkWorkspace measures the same for a workspace of 20 modules, together with its graph of 500.
func BenchmarkWorkspace(b *testing.B) {
	dir := b.TempDir()
	files := map[string]string{}
	var sum, requires, work strings.Builder
	for i := range 500 {
		path := fmt.Sprintf("example.com/group%d/module%d", i%50, i)
		fmt.Fprintf(&sum, "%s v1.0.0 %s\n%s v1.0.0/go.mod %s\n", path, testSum, path, testSum)
		files["cache/"+path+"@v1.0.0/x.go"] = "package x\n"
		files["cache/cache/download/"+path+"/@v/v1.0.0.info"] = `{"Version":"v1.0.0"}`
		files["cache/cache/download/"+path+"/@v/v1.0.0.mod"] = "module " + path + "\n\ngo 1.21\n\nrequire (\n" + requires.String() + ")\n"
		files["cache/cache/download/"+path+"/@v/v1.0.0.ziphash"] = testSum
		if i%10 == 0 {
			fmt.Fprintf(&requires, "\t%s v1.0.0\n", path)
		}
	}
	for i := range 20 {
		name := fmt.Sprintf("w/m%d", i)
		fmt.Fprintf(&work, "use ./m%d\n", i)
		files[name+"/go.sum"] = sum.String()
		files[name+"/go.mod"] = "module " + name + "\n\ngo 1.21\n\nrequire (\n" + requires.String() + ")\n"
	}
	files["w/go.work"] = "go 1.22\n" + work.String()
	write(b, dir, files)
	for b.Loop() {
		if !Find(filepath.Join(dir, "w"), "").Need(Asked{}).HeldBy(filepath.Join(dir, "cache")) {
			b.Fatal("not held")
		}
	}
}
