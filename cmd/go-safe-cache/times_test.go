package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	timesProject = flag.String("times", "",
		"measure with the project in this `directory`: a module in a repository, which gets commits")
	timesWarm    = flag.String("times-cache", "", "a GOCACHE that is warm for it")
	timesPackage = flag.String("times-package", "./...", "what to build")
	timesChanged = flag.Bool("times-changed", false, "measure changed packages too, which takes minutes")
	timesRounds  = flag.Int("times-rounds", 3, "how often")
)

// relay passes connections on, with half of the round trip added in each direction. It limits no bandwidth.
func relay(t *testing.T, to string, roundTrip time.Duration) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
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

// TestTimes measures the table in docs/benchmarks.md. The rows of a round follow each other, so that all of them see
// the same load.
func TestTimes(t *testing.T) {
	if *timesProject == "" {
		t.Skip("needs -times and -times-cache")
	}
	bin := t.TempDir()
	for name, dir := range map[string]string{"go-safe": "../..", "go-safe-cache": "."} {
		cmd := exec.Command("go", "build", "-o", bin+"/"+name, "./"+map[string]string{"go-safe": "cmd/go-safe"}[name])
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	s := startNginx(t, "")
	dir := *timesProject
	to := strings.TrimPrefix(s.url, "http://")
	build := func(program, gocache, store string) time.Duration {
		t.Helper()
		cmd := exec.Command(program, "build", "-o", filepath.Join(bin, "out"), *timesPackage)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOCACHE="+gocache, "GOWORK=off", "GOFLAGS=", "GOSAFE_CACHE="+store)
		os.Remove(filepath.Join(bin, "out")) // a fresh machine has none, and links
		start := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%v: %s", err, out)
		}
		return time.Since(start)
	}
	copyCache := func() string {
		to := filepath.Join(t.TempDir(), "gocache")
		if out, err := exec.Command("cp", "-a", *timesWarm, to).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return to
	}
	warm := copyCache()
	build("go", warm, "")
	pusher := newMachine(t, dir, s.url)
	pusher.gocache = warm
	t.Log(pusher.must(t, "push"))

	rows := map[string][]time.Duration{}
	add := func(name string, d time.Duration) { rows[name] = append(rows[name], d) }
	goSafe := bin + "/go-safe"
	build(goSafe, warm, s.url) // from now on the mark is there
	for range *timesRounds {
		add("1 warm, plain go", build("go", warm, ""))
		add("2 warm, go-safe", build(goSafe, warm, ""))
		add("3 warm, go-safe and a store", build(goSafe, warm, s.url))
		for _, delay := range []time.Duration{0, 1, 5, 20} {
			address := relay(t, to, delay*time.Millisecond)
			s.requests(t)
			add(fmt.Sprintf("4 fresh machine, %2d ms", delay), build(goSafe, filepath.Join(t.TempDir(), "c"), address))
			t.Logf("%d ms: %d requests", delay, s.requests(t))
		}
	}
	// Up to ten packages change.
	commit(t, dir)
	changed := 0
	filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && changed < 10 && entry.Name() == "doc.go" && !strings.Contains(path, "testdata") {
			b, _ := os.ReadFile(path)
			os.WriteFile(path, append(b, "\nvar changedByTest = 1\n\nvar _ = changedByTest\n"...), 0o666)
			changed++
		}
		return nil
	})
	git(t, dir, "commit", "-qam", "x")
	for range *timesRounds {
		if !*timesChanged {
			break
		}
		add("5 packages changed, warm", build("go", copyCache(), ""))
		add("6 packages changed, fresh machine", build(goSafe, filepath.Join(t.TempDir(), "c"), s.url))
	}
	var names []string
	for name := range rows {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		slices.Sort(rows[name])
		t.Logf("%-40s median %v of %v", name, rows[name][len(rows[name])/2].Round(time.Millisecond), rows[name])
	}
	t.Logf("%d packages changed", changed)
}
