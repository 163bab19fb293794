package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkStore measures the tables of docs/benchmarks.md: builds of a project of 475 packages, with and without a
// store. Rows that are compared follow each other, so that all of them see the same load.
//
//	go test -run '^$' -bench Store -benchtime 10x -timeout 60m
func BenchmarkStore(b *testing.B) {
	p := newBenchProject(b)
	p.cold(b)
	warm := p.warm(b)
	p.changed(b, warm)
	p.otherPlace(b, warm)
	p.print()
}

// benchProject is what is built, with the times that it took.
type benchProject struct {
	bin, dir string // the programs; a checkout
	out      string // what the builds make
	times    map[string][]cost
	text     strings.Builder // the tables
}

// cost is what one build took. A busy machine changes the CPU time less.
type cost struct{ wall, cpu time.Duration }

const (
	benchModule  = "honnef.co/go/tools@v0.8.2"
	benchPackage = "./cmd/staticcheck"
)

var coldRounds = flag.Int("cold", 2, "BenchmarkStore: how many `rounds` of cold builds, which take minutes each")

func newBenchProject(b *testing.B) *benchProject {
	b.Helper()
	p := &benchProject{bin: b.TempDir(), dir: filepath.Join(b.TempDir(), "project"), times: map[string][]cost{}}
	p.out = filepath.Join(p.bin, "out")
	b.Setenv("CGO_ENABLED", "0")
	buildPrograms(b, p.bin)
	download := exec.Command("go", "mod", "download", "-json", benchModule)
	download.Dir = p.bin
	text, err := download.Output()
	if err != nil {
		b.Skipf("cannot download %s: %v", benchModule, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(text, &module); err != nil {
		b.Fatal(err)
	}
	if err := os.CopyFS(p.dir, os.DirFS(module.Dir)); err != nil {
		b.Fatal(err)
	}
	filepath.WalkDir(p.dir, func(path string, entry os.DirEntry, err error) error {
		return os.Chmod(path, map[bool]os.FileMode{true: 0o777, false: 0o666}[entry.IsDir()])
	})
	git(b, p.dir, "init", "-q", "-b", "main")
	commit(b, p.dir)
	p.run(b, benchBuild{program: "go", args: []string{"mod", "download"}})
	return p
}

// benchBuild is one command.
type benchBuild struct {
	program        string // go, or go-safe
	dir            string // the project's if empty
	gocache, store string
	write          bool
	args           []string // of a build if empty
}

// run runs a command, and returns what it cost and what it printed.
func (p *benchProject) run(b *testing.B, build benchBuild) (cost, string) {
	b.Helper()
	if build.args == nil {
		build.args = []string{"build"}
	}
	if build.args[0] == "build" {
		build.args = append(slices.Clone(build.args), "-o", p.out, benchPackage)
		os.Remove(p.out) // a fresh machine has none, and links
	}
	if build.program != "go" {
		build.program = filepath.Join(p.bin, build.program)
	}
	cmd := exec.Command(build.program, build.args...)
	cmd.Dir = p.dir
	if build.dir != "" {
		cmd.Dir = build.dir
	}
	cmd.Env = append(os.Environ(), "GOCACHE="+build.gocache, "GOWORK=off", "GOFLAGS=",
		"GOSAFE_CACHE="+build.store, "GOSAFE_CACHE_WRITE="+map[bool]string{true: "1"}[build.write])
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	if err != nil {
		b.Fatalf("%s %v: %v\n%s", build.program, build.args, err, out)
	}
	return cost{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, string(out)
}

// say prints at once what b.Log would print at the end, and shorten.
func (p *benchProject) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// add runs a build that prints nothing, and counts it as one of a row.
func (p *benchProject) add(b *testing.B, row string, build benchBuild) {
	b.Helper()
	cost, out := p.run(b, build)
	if out != "" {
		b.Errorf("%s: %s", row, out)
	}
	p.times[row] = append(p.times[row], cost)
	p.say("%s: %v, CPU %v", row, cost.wall.Round(time.Millisecond), cost.cpu.Round(time.Millisecond))
}

// fresh adds a build with an empty GOCACHE, which a store fills. The GOCACHE stays until the end: ext4 takes twenty
// times as long to make a file in the minutes after many were removed (recently_deleted in fs/ext4/ialloc.c).
func (p *benchProject) fresh(b *testing.B, row string, s *server, store string) {
	b.Helper()
	s.requests(b)
	p.add(b, row, benchBuild{program: "go-safe", gocache: b.TempDir(), store: store})
	n := s.requests(b)
	if p.say("%d requests", n); n < 5 {
		b.Fatal("nothing was pulled")
	}
}

// median returns the median of a row, and of its CPU times. Of two it is the mean.
func (p *benchProject) median(row string) cost {
	times := p.times[row]
	middle := func(of func(cost) time.Duration) time.Duration {
		var all []time.Duration
		for _, c := range times {
			all = append(all, of(c))
		}
		slices.Sort(all)
		return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	}
	if len(times) == 0 {
		return cost{}
	}
	return cost{
		wall: middle(func(c cost) time.Duration { return c.wall }),
		cpu:  middle(func(c cost) time.Duration { return c.cpu }),
	}
}

// The rows.
const (
	coldPlain    = "cold build, no store"
	coldEmpty    = "cold build, empty store, writes to it"
	warmPlain    = "warm build, plain go"
	warmNone     = "warm build, no store"
	warmStore    = "warm build, with the store"
	fresh        = "fresh machine, round trip of %d ms"
	changedWarm  = "ten packages changed, warm build of the parent, no store"
	changedFresh = "ten packages changed, fresh machine"
	otherTrim    = "other checkout path, -trimpath"
	otherPlain   = "other checkout path"
)

var roundTrips = []int{0, 1, 5, 20}

// cold builds without anything in GOCACHE. The order changes with each round, because the first may be slower.
func (p *benchProject) cold(b *testing.B) {
	for round := range *coldRounds {
		s := startNginx(b, "")
		rows := []string{coldPlain, coldEmpty}
		if round%2 > 0 {
			slices.Reverse(rows)
		}
		for _, row := range rows {
			build := benchBuild{program: "go-safe", gocache: b.TempDir()}
			if row == coldEmpty {
				build.store, build.write = s.url, true
			}
			p.add(b, row, build)
			if build.write {
				start := time.Now()
				for len(s.files(b, "v1/bundle")) < 2 && time.Since(start) < 10*time.Second {
					time.Sleep(10 * time.Millisecond)
				}
				p.say("the bundle is there after %v\n%s", time.Since(start).Round(10*time.Millisecond),
					newMachine(b, p.dir, s.url).must(b, "stats"))
			}
		}
	}
}

// pushed makes a store with all that a build needs, and returns it with the GOCACHE that was pushed.
func (p *benchProject) pushed(b *testing.B, flags ...string) (*server, string) {
	b.Helper()
	s := startNginx(b, "")
	m := newMachine(b, p.dir, s.url)
	line := strings.Join(append([]string{"-- build"}, flags...), " ")
	m.must(b, "pull "+line)
	p.run(b, benchBuild{program: "go", gocache: m.gocache, args: append([]string{"build"}, flags...)})
	p.say("%s", m.must(b, "push "+line))
	return s, m.gocache
}

// pushedBuild is what the builds of a machine have that has pushed.
type pushedBuild struct {
	s       *server
	gocache string
}

func (p *benchProject) warm(b *testing.B) pushedBuild {
	s, gocache := p.pushed(b)
	for b.Loop() {
		p.add(b, warmPlain, benchBuild{program: "go", gocache: gocache})
		p.add(b, warmNone, benchBuild{program: "go-safe", gocache: gocache})
		p.add(b, warmStore, benchBuild{program: "go-safe", gocache: gocache, store: s.url})
		for _, delay := range roundTrips {
			address := relay(b, s.url, time.Duration(delay)*time.Millisecond)
			p.fresh(b, fmt.Sprintf(fresh, delay), s, address)
		}
	}
	return pushedBuild{s, gocache}
}

// changed makes a commit in which ten packages differ.
func (p *benchProject) changed(b *testing.B, warm pushedBuild) {
	files, err := filepath.Glob(filepath.Join(p.dir, "staticcheck", "sa*", "sa*[0-9].go"))
	if err != nil || len(files) < 10 {
		b.Fatal(files, err)
	}
	for _, file := range files[:10] {
		alter(b, file, func(text []byte) []byte { return append(text, "\nvar ChangedForBenchmark = 1\n"...) })
	}
	commit(b, p.dir)
	var gocache string
	for range 3 {
		gocache = filepath.Join(b.TempDir(), "gocache")
		if out, err := exec.Command("cp", "-a", warm.gocache, gocache).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		p.add(b, changedWarm, benchBuild{program: "go-safe", gocache: gocache})
		p.fresh(b, changedFresh, warm.s, warm.s.url)
	}
	// What a machine fetches that has the parent's results, when another one has pushed this commit.
	m := newMachine(b, p.dir, warm.s.url)
	m.gocache = gocache
	p.say("%s", m.must(b, "push -- build"))
	m = newMachine(b, p.dir, warm.s.url)
	m.gocache = warm.gocache
	fmt.Fprintf(&p.text, "A machine with the parent's results, ten packages changed:\n%s\n", m.must(b, "stats"))
	git(b, p.dir, "checkout", "-q", "HEAD~1")
}

// otherPlace builds in a checkout in another directory.
func (p *benchProject) otherPlace(b *testing.B, warm pushedBuild) {
	dir := filepath.Join(b.TempDir(), "somewhere", "else", "checkout")
	git(b, filepath.Dir(p.dir), "clone", "-q", p.dir, dir)
	git(b, dir, "checkout", "-q", git(b, p.dir, "rev-parse", "HEAD"))
	_, list := p.run(b, benchBuild{program: "go", args: []string{"list", "-deps", benchPackage}})
	all := strings.Count(list, "\n")
	trimmed, _ := p.pushed(b, "-trimpath")
	for row, s := range map[string]*server{otherTrim: trimmed, otherPlain: warm.s} {
		var flags []string
		if row == otherTrim {
			flags = []string{"-trimpath"}
		}
		cost, names := p.run(b, benchBuild{program: "go-safe", dir: dir, gocache: b.TempDir(), store: s.url,
			args: append([]string{"build", "-v"}, flags...)})
		p.times[row] = append(p.times[row], cost)
		compiled := strings.Count(names, "\n")
		fmt.Fprintf(&p.text, "%s: %d of %d packages compiled, hit rate %.1f %%, %.2f s\n", row, compiled, all,
			100-100*float64(compiled)/float64(all), cost.wall.Seconds())
	}
}

// print prints the tables and the plot, in the form that docs/benchmarks.md has them.
func (p *benchProject) print() {
	w := &p.text
	fmt.Fprintf(w, "\n| | runs | time | CPU time |\n|---|---|---|---|\n")
	rows := []string{coldPlain, coldEmpty, warmPlain, warmNone, warmStore}
	for _, delay := range roundTrips {
		rows = append(rows, fmt.Sprintf(fresh, delay))
	}
	for _, row := range append(rows, changedWarm, changedFresh, otherTrim, otherPlain) {
		if p.times[row] == nil { // without cold builds
			continue
		}
		m := p.median(row)
		fmt.Fprintf(w, "| %s | %d | %.2f s | %.1f s |\n", row, len(p.times[row]), m.wall.Seconds(), m.cpu.Seconds())
	}
	at := func(row string) float64 { return p.median(row).wall.Seconds() }
	fresh0, fresh20 := fmt.Sprintf(fresh, 0), fmt.Sprintf(fresh, 20)
	fmt.Fprintf(w, "\n| ratio | | goal |\n|---|---|---|\n")
	for _, g := range []struct {
		what        string
		ratio, goal float64
	}{
		{"warm build, with the store / without", at(warmStore) / at(warmNone), 1.05},
		{"cold build, empty store / no store", at(coldEmpty) / at(coldPlain), 1.05},
		{"the same, CPU time", float64(p.median(coldEmpty).cpu) / float64(p.median(coldPlain).cpu), 1.05},
		{"fresh machine / warm build", at(fresh0) / at(warmNone), 2},
		{"fresh machine, 20 ms / 0 ms", at(fresh20) / at(fresh0), 2},
		{"ten changed, fresh / (warm + same commit)", at(changedFresh) / (at(changedWarm) + at(fresh0)), 1.3},
	} {
		if math.IsNaN(g.ratio) { // the same
			continue
		}
		fmt.Fprintf(w, "| %s | %.2f | %.2f |\n", g.what, g.ratio, g.goal)
	}
	fmt.Fprintf(w, "\n```mermaid\nxychart-beta\n\ttitle \"Build on a fresh machine; the line is a warm build\"\n"+
		"\tx-axis \"round trip to the store, in ms\" %s\n\ty-axis \"seconds\" 0 --> 4\n", list(roundTrips, "%d"))
	var bars, line []float64
	for _, delay := range roundTrips {
		bars, line = append(bars, at(fmt.Sprintf(fresh, delay))), append(line, at(warmNone))
	}
	fmt.Fprintf(w, "\tbar %s\n\tline %s\n```\n", list(bars, "%.2f"), list(line, "%.2f"))
	p.say("\n%s", w.String())
}

func list[T any](values []T, format string) string {
	var words []string
	for _, v := range values {
		words = append(words, fmt.Sprintf(format, v))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// relay passes connections on, with half of the round trip added in each direction. It limits no bandwidth.
func relay(t testing.TB, address string, roundTrip time.Duration) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	to := strings.TrimPrefix(address, "http://")
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				time.Sleep(roundTrip) // of the handshake
				out, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer out.Close()
				go late(out, in, roundTrip/2)
				late(in, out, roundTrip/2)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// late copies bytes, each of them after a delay.
func late(w io.WriteCloser, r io.Reader, delay time.Duration) {
	type chunk struct {
		due  time.Time
		data []byte
	}
	chunks := make(chan chunk, 4096)
	go func() {
		defer close(chunks)
		for {
			b := make([]byte, 64<<10)
			n, err := r.Read(b)
			if n > 0 {
				chunks <- chunk{time.Now().Add(delay), b[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for c := range chunks {
		time.Sleep(time.Until(c.due))
		if _, err := w.Write(c.data); err != nil {
			break
		}
	}
	w.Close()
	for range chunks {
	}
}
