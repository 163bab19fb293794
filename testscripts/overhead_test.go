//go:build unix

package testscripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkOverhead measures what go-safe adds to a command, as a ratio of medians: the time behind go-safe by the
// time behind an empty program that does the same with no thought, in front of a program that does nothing. Runs are
// interleaved. To be believed, "same" must give 1.00 ± 0.05.
//
//	go test ./testscripts -run '^$' -bench Overhead -benchtime 500x
func BenchmarkOverhead(b *testing.B) {
	m := newMeter(b)
	execs, spawns, goSafe := m.build("./testscripts/floor/exec"), m.build("./testscripts/floor/spawn"), m.build("./cmd/go-safe")
	fake := "GOSAFE_GO=" + m.nothing()

	b.Run("same", func(b *testing.B) { m.compare(b, run{execs, "version", fake}, run{execs, "version", fake}) })
	for _, args := range []string{"version", "env", "run"} {
		b.Run("exec/"+args, func(b *testing.B) { m.compare(b, run{execs, args, fake}, run{goSafe, args, fake}) })
	}
	for _, args := range []string{"version", "env", "build"} {
		b.Run("child/"+args, func(b *testing.B) {
			m.compare(b, run{spawns, args, fake}, run{goSafe, args, "GOSAFE_EXEC=child", fake})
		})
	}
	// For people: what they would feel.
	realGo := filepath.Join(m.goroot, "bin", "go")
	b.Run("real/version", func(b *testing.B) {
		m.compare(b, run{realGo, "version"}, run{goSafe, "version", "GOSAFE_GO=" + realGo})
	})
}

// A run is a program, one argument, and variables to add.
type run []string

// A meter has what the measurements share: a folder for programs and a home that is in order.
type meter struct {
	b           *testing.B
	dir, goroot string
	environ     []string
}

func newMeter(b *testing.B) *meter {
	m := &meter{b: b, dir: b.TempDir()}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	m.goroot = string(out[:len(out)-1])
	// What the first build leaves.
	for _, dir := range []string{".cache/go-build/00", ".cache/go-build/ff", "go/pkg/mod/cache/download", "go/pkg/sumdb", ".config/go"} {
		if err := os.MkdirAll(filepath.Join(m.dir, dir), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(m.dir, ".cache/go-build/trim.txt"), []byte("0"), 0o644); err != nil {
		b.Fatal(err)
	}
	m.environ = append(slices.DeleteFunc(os.Environ(), isGoVariable), "HOME="+m.dir)
	return m
}

// build builds a program of this repository and installs it, as one file written from start to end: what the linker wrote
// through a memory map lies in the page cache in small pieces, and costs a twentieth more at each start until it is read again.
func (m *meter) build(pkg string) string {
	file := filepath.Join(m.dir, filepath.Base(pkg))
	cmd := exec.Command("go", "build", "-trimpath", "-o", file, pkg)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		m.b.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(file)
	if err == nil {
		err = os.Remove(file)
	}
	if err == nil {
		err = os.WriteFile(file, program, 0o755)
	}
	if err != nil {
		m.b.Fatal(err)
	}
	return file
}

// nothing is the program that does nothing, where and as large as a go command would be: go-safe looks for its own
// build information in smaller files only.
func (m *meter) nothing() string {
	file := m.build("./testscripts/floor/nothing")
	root := filepath.Join(m.dir, "goroot")
	for _, dir := range []string{filepath.Join(root, "bin"), filepath.Join(root, "pkg", "tool")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			m.b.Fatal(err)
		}
	}
	target := filepath.Join(root, "bin", "go")
	if err := os.Rename(file, target); err != nil {
		m.b.Fatal(err)
	}
	if err := os.Truncate(target, 15<<20); err != nil {
		m.b.Fatal(err)
	}
	return target
}

// compare reports the ratio of the medians of b.N runs each, after some to warm up.
func (m *meter) compare(b *testing.B, floor, subject run) {
	for range 20 {
		m.time(b, floor)
		m.time(b, subject)
	}
	m.interleave(b, func() time.Duration { return m.time(b, floor) }, func() time.Duration { return m.time(b, subject) })
}

// interleave reports the ratio of the medians of b.N turns each.
func (m *meter) interleave(b *testing.B, floor, subject func() time.Duration) {
	var times [2][]float64
	for range b.N {
		for j, turn := range []func() time.Duration{floor, subject} {
			times[j] = append(times[j], turn().Seconds()*1000)
		}
	}
	for _, t := range times {
		slices.Sort(t)
	}
	low, high := times[0][b.N/2], times[1][b.N/2]
	b.ReportMetric(high/low, "ratio")
	b.ReportMetric(low, "floor-ms")
	b.ReportMetric(high, "go-safe-ms")
	b.ReportMetric(0, "ns/op") // which would be that of both together
}

// time runs a program to its end.
func (m *meter) time(b *testing.B, r run) time.Duration {
	cmd := exec.Command(r[0], r[1])
	cmd.Env = append(slices.Clip(m.environ), r[2:]...)
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %v", r, err)
	}
	return time.Since(start)
}
