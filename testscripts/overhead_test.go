//go:build unix

package testscripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// BenchmarkOverhead measures what go-safe costs at each start. It reports the time with go-safe, divided by the time
// with an empty program that only execs (or only spawns) the same command. The command is a program that does nothing.
// Both times are medians of interleaved runs. The ratio is the one that hyperfine -N shows (see meter.time).
// If "same" is not 1.00 ± 0.05, the machine is too busy and the other results mean nothing.
//
//	go test ./testscripts -run '^$' -bench Overhead -benchtime 500x
func BenchmarkOverhead(b *testing.B) {
	m := newMeter(b)
	execs, spawns := m.build("./testscripts/floor/exec"), m.build("./testscripts/floor/spawn")
	goSafe := m.build("./cmd/go-safe")
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
	// What users feel: the real go by itself, and through go-safe.
	realGo := filepath.Join(m.goroot, "bin", "go")
	b.Run("real/version", func(b *testing.B) {
		m.compare(b, run{realGo, "version"}, run{goSafe, "version", "GOSAFE_GO=" + realGo})
	})
}

// A run is a program, one argument, and variables to add to the environment.
type run []string

// A meter has what the measurements share.
type meter struct {
	b       *testing.B
	dir     string // for programs; also the home
	goroot  string // of the true go
	environ []string
	null    *os.File // the standard streams of the programs
}

func newMeter(b *testing.B) *meter {
	m := &meter{b: b, dir: b.TempDir()}
	m.goroot = goEnv(b, "GOROOT")
	var err error
	if m.null, err = os.OpenFile(os.DevNull, os.O_RDWR, 0); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { m.null.Close() })
	// The home looks as after a first build.
	for _, dir := range []string{
		".cache/go-build/00", ".cache/go-build/ff", "go/pkg/mod/cache/download", "go/pkg/sumdb", ".config/go",
	} {
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

// build builds a program of this repository, and writes the file again from start to end. What the linker writes
// through a memory map lies in the page cache in small pieces: each start costs 5 % more until the file is read again.
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

// nothing builds the program that does nothing. It has the place and the size of a go command: go-safe reads the build
// information of smaller files, to find out whether they are go-safe.
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

// compare reports the ratio of two runs, each of which is repeated b.N times, after some to warm up.
func (m *meter) compare(b *testing.B, floor, subject run) {
	for range 20 {
		m.time(b, floor)
		m.time(b, subject)
	}
	m.interleave(b,
		func() time.Duration { return m.time(b, floor) },
		func() time.Duration { return m.time(b, subject) })
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

// time runs a program to its end. It measures what hyperfine -N measures: one fork, exec and wait. exec.Cmd would add
// 0.5 ms to both sides (it opens the null device three times and uses goroutines), and so make the ratio smaller.
func (m *meter) time(b *testing.B, r run) time.Duration {
	null := m.null.Fd()
	attr := &syscall.ProcAttr{Env: append(slices.Clip(m.environ), r[2:]...), Files: []uintptr{null, null, null}}
	start := time.Now()
	pid, err := syscall.ForkExec(r[0], r[:2], attr)
	if err != nil {
		b.Fatalf("%v: %v", r, err)
	}
	var status syscall.WaitStatus
	for _, err = syscall.Wait4(pid, &status, 0, nil); err == syscall.EINTR; {
		_, err = syscall.Wait4(pid, &status, 0, nil)
	}
	took := time.Since(start)
	if err != nil || status != 0 {
		b.Fatalf("%v: status %#x, %v", r, status, err)
	}
	return took
}
