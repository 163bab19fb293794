//go:build unix

package testscripts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkCrowd measures what locks cost if 64 commands use a cache at once. It reports the time with locks divided
// by the time without, both supervised, in front of a program that does nothing.
//
//	go test ./testscripts -run '^$' -bench Crowd -benchtime 50x
func BenchmarkCrowd(b *testing.B) {
	m := newMeter(b)
	goSafe, fake := m.build("./cmd/go-safe"), "GOSAFE_GO="+m.nothing()
	crowd := func(b *testing.B, lock string) time.Duration {
		start := time.Now()
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() { m.time(b, run{goSafe, "build", "GOSAFE_EXEC=child", "GOSAFE_LOCK=" + lock, fake}) })
		}
		all.Wait()
		return time.Since(start)
	}
	m.interleave(b, func() time.Duration { return crowd(b, "off") }, func() time.Duration { return crowd(b, "") })
}

// BenchmarkColdBuilds measures eight builds of one module at once, in a shared and empty cache. It reports the time
// with go-safe divided by the time with plain go.
//
//	go test ./testscripts -run '^$' -bench ColdBuilds -benchtime 3x
func BenchmarkColdBuilds(b *testing.B) {
	m := newMeter(b)
	goSafe, plain := m.build("./cmd/go-safe"), filepath.Join(m.goroot, "bin", "go")
	module := filepath.Join(m.dir, "module")
	for name, text := range map[string]string{
		"go.mod":  "module m\n\ngo 1.21\n",
		"main.go": "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }\n",
	} {
		if err := os.MkdirAll(module, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(module, name), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	cold := func(program string) time.Duration {
		cache, err := os.MkdirTemp(m.dir, "cache-")
		if err != nil {
			b.Fatal(err)
		}
		defer os.RemoveAll(cache)
		start := time.Now()
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				cmd := exec.Command(program, "build", "-o", filepath.Join(cache, fmt.Sprint("out", i)))
				cmd.Dir = module
				cmd.Env = append(slices.Clip(m.environ), "GOCACHE="+cache, "GOSAFE_GO="+plain, "CGO_ENABLED=0")
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Errorf("%v: %s", err, out)
				}
			})
		}
		all.Wait()
		return time.Since(start)
	}
	m.interleave(b, func() time.Duration { return cold(plain) }, func() time.Duration { return cold(goSafe) })
}
