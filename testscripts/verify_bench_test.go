//go:build unix

package testscripts

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
)

// BenchmarkVerify compares go safe verify of a module cache with go mod verify of a module that needs all modules in
// the cache. It reports the ratio of medians of interleaved runs.
//
//	go test ./testscripts -run '^$' -bench Verify -benchtime 5x
func BenchmarkVerify(b *testing.B) {
	const modules = 2000
	m := newMeter(b)
	goSafe, realGo := m.build("./cmd/go-safe"), filepath.Join(m.goroot, "bin", "go")
	cache, main := filepath.Join(m.dir, "mod"), filepath.Join(m.dir, "main")
	b.Cleanup(func() { removeTree(cache) })
	m.environ = append(m.environ, "GOMODCACHE="+cache, "GOPROXY=file://"+filepath.Join(m.dir, "proxy"), "GOSUMDB=off",
		"GOFLAGS=-modcacherw", "GOSAFE_GO="+realGo)
	m.generate(main, modules)
	m.in(main, realGo, "mod", "download", "all")

	var plain, ours []float64
	for range b.N {
		plain = append(plain, m.in(main, realGo, "mod", "verify").Seconds()*1000)
		ours = append(ours, m.in(main, goSafe, "safe", "verify").Seconds()*1000)
	}
	slices.Sort(plain)
	slices.Sort(ours)
	b.ReportMetric(ours[b.N/2]/plain[b.N/2], "ratio")
	b.ReportMetric(plain[b.N/2], "go-mod-verify-ms")
	b.ReportMetric(ours[b.N/2], "go-safe-verify-ms")
	b.ReportMetric(0, "ns/op")
}

// generate publishes modules of twenty files with 80 KB together, and makes a main module that requires them.
func (m *meter) generate(main string, modules int) {
	random := rand.New(rand.NewPCG(1, 2))
	var requires strings.Builder
	for i := range modules {
		mod := module.Version{Path: fmt.Sprintf("example.com/m%04d", i), Version: "v1.0.0"}
		files := map[string]string{"go.mod": "module " + mod.Path + "\n\ngo 1.21\n"}
		for j := range 20 {
			var text strings.Builder
			text.WriteString("package p\n")
			for text.Len() < 4000 {
				fmt.Fprintf(&text, "// %x\n", random.Uint64())
			}
			files[fmt.Sprintf("d%d/f%d.go", j/5, j)] = text.String()
		}
		publish(m.b, filepath.Join(m.dir, "proxy"), mod, files)
		fmt.Fprintf(&requires, "\t%s\n", strings.Replace(mod.String(), "@", " ", 1))
	}
	if err := os.Mkdir(main, 0o755); err != nil {
		m.b.Fatal(err)
	}
	text := "module main\n\ngo 1.21\n\nrequire (\n" + requires.String() + ")\n"
	if err := os.WriteFile(filepath.Join(main, "go.mod"), []byte(text), 0o644); err != nil {
		m.b.Fatal(err)
	}
}

// in runs a program in dir to its end.
func (m *meter) in(dir, program string, args ...string) time.Duration {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = dir, m.environ
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		m.b.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return time.Since(start)
}
