//go:build unix

package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/lock"
)

// TestMain lets the test binary be go-safe, for what ends or replaces the process.
func TestMain(m *testing.M) {
	if os.Getenv("MAIN_TEST") != "" {
		os.Unsetenv("MAIN_TEST")
		signal.Notify(make(chan os.Signal, 1), syscall.SIGUSR1) // which TestForwards sends until the go command gets it
		main()
	}
	os.Exit(m.Run())
}

// fake is the go command of these tests. It writes its arguments to the file go.log of the place and does what FAKE
// says. As a real one it is larger than go-safe and in a tree of its own. A test that it replaces, instead of being
// its child, fails: otherwise the tests would end there, and pass.
const fake = `#!/bin/sh
if test $$ = "$TEST_PID"; then echo "go $*: the go command has replaced the test"; exit 1; fi
echo "$*" >>"$LOG"
eval "$FAKE"
exit
`

// A place has a home, caches, a module and a fake go for one test.
type place struct {
	*testing.T
	dir     string
	environ []string
}

func newPlace(t *testing.T, dir string) *place {
	t.Helper()
	p := &place{t, dir, nil}
	for _, name := range []string{"home", "tmp", "mod", "cache", "tree/pkg/tool"} {
		p.do(os.MkdirAll(p.path(name), 0o755))
	}
	p.write(map[string]string{"m/go.mod": "module m\n\ngo 1.21\n", "tree/bin/go": fake})
	p.do(os.Chmod(p.path("tree/bin/go"), 0o755))
	p.do(os.Truncate(p.path("tree/bin/go"), 11<<20))
	p.environ = []string{
		"PATH=" + p.path("tree/bin") + ":/usr/bin:/bin", "LOG=" + p.path("go.log"), "HOME=" + p.path("home"),
		"TMPDIR=" + p.path("tmp"), "GOMODCACHE=" + p.path("mod"), "GOCACHE=" + p.path("cache"), "GOPROXY=off",
		"GOTOOLCHAIN=local", "TEST_PID=" + strconv.Itoa(os.Getpid()),
	}
	t.Chdir(p.path("m"))
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) write(files map[string]string) {
	p.Helper()
	cachetest.Write(p, p.dir, files)
}

func (p *place) do(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// set sets variables of the environment, or removes one that gets no value. $W is the place.
func (p *place) set(vars ...string) {
	for _, kv := range vars {
		name, value, _ := strings.Cut(kv, "=")
		p.environ = envfix.Setenv(p.environ, name, strings.ReplaceAll(value, "$W", p.dir))
	}
}

// run runs a command line in this process, as main does. It returns the exit status and what go-safe said, with $W for
// the place and go for this program.
func (p *place) run(args ...string) (status int, said string) {
	p.Helper()
	var stdout, stderr strings.Builder
	status = run(append([]string{"go"}, args...), p.environ, &stdout, &stderr)
	if stdout.Len() > 0 {
		p.Errorf("go-safe printed %q", stdout.String())
	}
	return status, p.shown(stderr.String())
}

func (p *place) shown(text string) string {
	return strings.NewReplacer(p.dir, "$W", say.UnderSudo(), "go").Replace(text)
}

// is runs a command line and compares the exit status and what is said.
func (p *place) is(status int, said string, args ...string) {
	p.Helper()
	if gotStatus, got := p.run(args...); gotStatus != status || got != said {
		p.Errorf("go %q: status %d, want %d\nsaid %q\nwant %q", args, gotStatus, status, got, said)
	}
}

// log returns the command lines that the fake go got, and forgets them.
func (p *place) log() string {
	data, _ := os.ReadFile(p.path("go.log"))
	os.Remove(p.path("go.log"))
	return strings.TrimSpace(string(data))
}

// text returns what is in a file, "" if there is none.
func (p *place) text(name string) string {
	data, _ := os.ReadFile(p.path(name))
	return string(data)
}

// A process is go-safe as a process of its own.
type process struct {
	*exec.Cmd
	out    *bufio.Reader
	stderr *strings.Builder
}

// start starts a command line in a process of its own.
func (p *place) start(args ...string) process {
	p.Helper()
	return p.startAs(nil, args...)
}

// startAs does not name the binary, whose folder other users may not reach.
func (p *place) startAs(user *syscall.SysProcAttr, args ...string) process {
	p.Helper()
	exe := "/proc/self/exe"
	if _, err := os.Stat(exe); err != nil {
		exe = os.Args[0]
	}
	cmd := exec.Command(exe)
	cmd.Args, cmd.SysProcAttr = append([]string{"go"}, args...), user
	cmd.Env = append(slices.Clone(p.environ), "MAIN_TEST=1", "GOCOVERDIR="+p.path("home"), "GORACE=atexit_sleep_ms=0")
	stderr := new(strings.Builder)
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	p.do(err)
	p.do(cmd.Start())
	p.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return process{cmd, bufio.NewReader(stdout), stderr}
}

func (c process) line() string {
	line, _ := c.out.ReadString('\n')
	return strings.TrimSuffix(line, "\n")
}

// end returns what it prints until its end, what it said, and how it ended.
func (c process) end() (printed, said, state string) {
	text, _ := io.ReadAll(c.out)
	c.Wait()
	return string(text), c.stderr.String(), c.ProcessState.String()
}

// meet makes two named pipes in the place, by which a fake go with the command line meets waits for the test.
func (p *place) meet() (meets string) {
	p.Helper()
	for _, name := range []string{"came", "goes"} {
		p.do(syscall.Mkfifo(p.path(name), 0o600))
	}
	return `echo >"` + p.path("came") + `"; read x <"` + p.path("goes") + `"`
}

// meanwhile does something while the fake go waits.
func (p *place) meanwhile(do func()) (done <-chan bool) {
	ended := make(chan bool)
	go func() {
		defer close(ended)
		_, err1 := os.ReadFile(p.path("came"))
		do()
		err2 := os.WriteFile(p.path("goes"), []byte("\n"), 0o600)
		if err := errors.Join(err1, err2); err != nil {
			p.Error(err)
		}
	}()
	return ended
}

func (p *place) held(name string) bool { return lock.Held(p.path(name)) }
