package cachelock

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/lock"
)

// roles are those of one system.
var roles = map[string]func(arg string){}

// The test binary is also the other processes. CACHELOCK_TEST is the role. Askchild starts it with the
// arguments of go safe locks.
func TestMain(m *testing.M) {
	role := os.Getenv("CACHELOCK_TEST")
	switch {
	case len(os.Args) == 5 && os.Args[1] == "safe":
		if filepath.Base(os.Args[4]) == "hangs" {
			never, w, _ := os.Pipe()
			io.Copy(io.Discard, never)
			w.Close()
		}
		Trial(os.Stdout, os.Args[3], os.Args[4])
	case role == "hold":
		hold(os.Args[1], os.Args[2])
	case roles[role] != nil:
		roles[role](os.Args[1])
	default:
		os.Exit(m.Run())
	}
}

// hold DIR MODE waits for a lock, and holds it until standard input ends.
func hold(dir, mode string) {
	m := lock.Shared
	if mode == lock.Exclusive.String() {
		m = lock.Exclusive
	}
	release, err := lock.Acquire(dir, m, &lock.Patience{Anybody: time.Hour}, func([]lock.Process) {})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	release()
}

// A process is the test binary in a role.
type process struct {
	*exec.Cmd
	stdin  io.Closer
	stdout *bufio.Reader
}

// start starts one. It ends at end, or when the test ends.
func start(t *testing.T, role string, args ...string) process {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "CACHELOCK_TEST="+role, "GORACE=atexit_sleep_ms=0") // which -race has at 1000
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{cmd, stdin, bufio.NewReader(stdout)}
	t.Cleanup(func() { p.Process.Kill(); p.end() })
	return p
}

// holder starts a process that holds the lock on dir, and returns when it does.
func holder(t *testing.T, dir string, mode lock.Mode) process {
	t.Helper()
	p := start(t, "hold", dir, mode.String())
	if line, err := p.stdout.ReadString('\n'); line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return p
}

// end has it release the lock, and returns when it has ended.
func (p process) end() {
	p.stdin.Close()
	p.Wait()
}

// said collects what is printed for the user. Lines come in the channel, as long as there is room.
type said struct {
	text  strings.Builder
	lines chan string
}

func (s *said) Write(line []byte) (int, error) {
	s.text.Write(line)
	select {
	case s.lines <- string(line):
	default:
	}
	return len(line), nil
}

// newLocker returns a locker that waits as long as the settings say, and what it says.
func newLocker(cfg config.Config, cleans bool) (*Locker, *said) {
	s := &said{lines: make(chan string, 8)}
	return New(cfg, cleans, say.Printer{W: s, Environ: nowhere}), s
}

// nowhere is an environment in which go-safe is called by its path.
var nowhere = []string{"PATH=/nowhere"}

// isFree reports whether nobody holds the lock on dir.
func isFree(dir string) bool { return !lock.Held(dir) }
