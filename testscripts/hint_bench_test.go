//go:build linux

package testscripts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkHint measures how long go-safe looks for the cause of a failed command. It reports the time with hints
// divided by the time without, as medians, next to a module cache of 4000 versions. The look may cost 5 ms. In
// "named" go.sum names all versions, in "unnamed" none.
//
//	go test ./testscripts -run '^$' -bench Hint -benchtime 100x
func BenchmarkHint(b *testing.B) {
	const versions = 4000
	m := newMeter(b)
	goSafe, main := m.build("./cmd/go-safe"), filepath.Join(m.dir, "main")
	m.environ = append(m.environ, "GOSAFE_GO="+filepath.Join(m.goroot, "bin", "go"), "GOPROXY=off")
	mustDo(b, os.Mkdir(main, 0o755))
	mustDo(b, os.WriteFile(filepath.Join(main, "go.mod"), []byte("module main\n\ngo 1.21\n"), 0o644))
	var sums strings.Builder
	for i := range 256 {
		mustDo(b, os.MkdirAll(filepath.Join(m.dir, ".cache/go-build", fmt.Sprintf("%02x", i)), 0o755))
	}
	cache := filepath.Join(m.dir, "go/pkg/mod")
	for i := range versions {
		dir := filepath.Join(cache, "cache/download/example.com", fmt.Sprintf("m%04d", i), "@v")
		mustDo(b, os.MkdirAll(dir, 0o755))
		mustDo(b, os.MkdirAll(filepath.Join(cache, "example.com", fmt.Sprintf("m%04d@v1.0.0", i)), 0o755))
		for _, version := range []string{"v1.0.0", "v1.0.0/go.mod"} {
			fmt.Fprintf(&sums, "example.com/m%04d %s h1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA=\n", i, version)
		}
		for _, suffix := range []string{".info", ".mod", ".zip", ".ziphash", ".lock"} {
			mustDo(b, os.WriteFile(filepath.Join(dir, "v1.0.0"+suffix), []byte("x"), 0o644))
		}
	}
	fails := func(environ ...string) time.Duration {
		cmd := exec.Command(goSafe, "build", "./nothing")
		cmd.Dir, cmd.Env = main, append(slices.Clip(m.environ), environ...)
		start := time.Now()
		if cmd.Run() == nil {
			b.Fatal("it succeeded")
		}
		return time.Since(start)
	}
	compare := func(b *testing.B) {
		for range 20 {
			fails()
		}
		m.interleave(b, func() time.Duration { return fails("GOSAFE_HINT=off") }, func() time.Duration { return fails() })
	}
	b.Run("unnamed", compare)
	mustDo(b, os.WriteFile(filepath.Join(main, "go.sum"), []byte(sums.String()), 0o644))
	b.Run("named", compare)
}
