//go:build linux

package testscripts

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// BenchmarkDoctor runs go safe doctor on a healthy machine with 250,000 files in the build cache. It may take one
// second at most, because it looks at a sample.
//
//	go test ./testscripts -run '^$' -bench Doctor -benchtime 5x
func BenchmarkDoctor(b *testing.B) {
	const folders, files = 256, 250_000
	m := newMeter(b)
	goSafe := m.build("./cmd/go-safe")
	cache := filepath.Join(m.dir, "build")
	m.environ = append(m.environ, "GOCACHE="+cache, "GOSAFE_GO="+filepath.Join(m.goroot, "bin", "go"))
	for i := range folders {
		dir := filepath.Join(cache, fmt.Sprintf("%02x", i))
		mustDo(b, os.MkdirAll(dir, 0o777))
		for j := range files / folders {
			f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%02x%062x-d", i, j)))
			mustDo(b, err)
			f.Close()
		}
	}

	var took []float64
	for range b.N {
		took = append(took, m.in(m.dir, goSafe, "safe", "doctor").Seconds())
	}
	slices.Sort(took)
	b.ReportMetric(took[b.N/2], "s")
	b.ReportMetric(0, "ns/op")
	if took[b.N/2] > 1 {
		b.Error("more than a second")
	}
}
