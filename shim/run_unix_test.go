//go:build unix

package shim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/unix"
)

// TestMain lets the test binary stand for go-safe. SHIM_TEST says what it does with the script in its argument.
func TestMain(m *testing.M) {
	role := os.Getenv("SHIM_TEST")
	if role == "" {
		os.Exit(m.Run())
	}
	c := Command{Path: proc.Shell, Args: []string{"-c", os.Args[1]}, Environ: []string{"PATH=" + os.Getenv("PATH")}}
	var status Status
	var err error
	switch role {
	case "exec":
		status, err = Exec(c)
	case "run":
		signal.Notify(make(chan os.Signal, 1), unix.SIGUSR1) // which the test sends until the script gets it
		status, err = Run(c)
	case "finish":
		c.OnExit = []func(Status){func(s Status) { fmt.Println("first", s.Code) }, func(Status) { interruptUs("finished") }}
		status, err = Run(c)
	case "hold":
		DeferSignals(func() { interruptUs("held") })
	}
	fmt.Println(status.Code, status.Interrupted, err)
	if status.Signal != nil {
		proc.Die(status.Signal)
	}
	os.Exit(status.Code)
}

// interruptUs sends this process a signal, and does something more.
func interruptUs(word string) {
	unix.Kill(os.Getpid(), unix.SIGTERM)
	fmt.Println(word)
}

// A stand-in is the test binary in a role.
type standIn struct {
	*exec.Cmd
	out *bufio.Reader
}

func startRole(t *testing.T, role, script string) standIn {
	t.Helper()
	cmd := exec.Command(os.Args[0], script)
	cmd.Env = append(os.Environ(), "SHIM_TEST="+role, "GORACE=atexit_sleep_ms=0", "GOCOVERDIR="+t.TempDir())
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return standIn{cmd, bufio.NewReader(stdout)}
}

// rest returns what it prints until its end, and how it ended.
func (s standIn) rest() string {
	text, _ := io.ReadAll(s.out)
	s.Wait()
	return string(text) + s.ProcessState.String()
}

// line returns the next line that it prints.
func (s standIn) line() string {
	line, _ := s.out.ReadString('\n')
	return strings.TrimSuffix(line, "\n")
}

// Run returns how the command ended, and calls what it is given in order.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	bare := filepath.Join(put(t, filepath.Join(dir, "bare"), "exit $1\n"), "bare")
	closed := filepath.Join(put(t, filepath.Join(dir, "closed"), ""), "closed")
	if err := os.Chmod(closed, 0o600); err != nil {
		t.Fatal(err)
	}
	machine := filepath.Join(put(t, filepath.Join(dir, "machine"), "\x7fELF\x00\n"), "machine")
	for _, tt := range []struct {
		name   string
		path   string
		args   []string
		status Status
		err    error
	}{
		{"succeeds", proc.Shell, []string{"-c", "exit 0"}, Status{}, nil},
		{"fails", proc.Shell, []string{"-c", "exit 77"}, Status{Code: 77}, nil},
		{"dies", proc.Shell, []string{"-c", "kill -9 $$"}, Status{Signal: unix.SIGKILL}, nil},
		{"script without #!", bare, []string{"5"}, Status{Code: 5}, nil},
		{"missing", filepath.Join(dir, "none"), nil, Status{}, fs.ErrNotExist},
		{"not executable", closed, nil, Status{}, fs.ErrPermission},
		{"of another machine", machine, nil, Status{}, syscall.ENOEXEC},
	} {
		var called []string
		status, err := Run(Command{
			Path: tt.path, Args: tt.args, OnStart: func() { called = append(called, "start") },
			OnExit: []func(Status){
				func(s Status) { called = append(called, fmt.Sprint("first ", s == tt.status)) },
				func(Status) { called = append(called, "second") },
			},
		})
		want := "start first true second"
		if tt.err != nil {
			want = ""
		}
		var path *fs.PathError
		if status != tt.status || !errors.Is(err, tt.err) ||
			tt.err != nil && (!errors.As(err, &path) || path.Path != tt.path) {
			t.Errorf("%s: %+v, %v, want %+v, %v", tt.name, status, err, tt.status, tt.err)
		}
		if got := strings.Join(called, " "); got != want {
			t.Errorf("%s: called %q, want %q", tt.name, got, want)
		}
	}
}

// The command gets the name, the arguments and the environment that it is given, and nothing else.
func TestRunGives(t *testing.T) {
	dir := t.TempDir()
	c := Command{
		Path: proc.Shell, Name: "go", Args: []string{"-c", `echo "$0,$A,$HOME" >"$FILE"`},
		Environ: []string{"A=a b", "FILE=" + filepath.Join(dir, "file")},
	}
	if status, err := Run(c); err != nil || status.Code != 0 {
		t.Fatalf("%+v, %v", status, err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "file")); string(got) != "go,a b,\n" {
		t.Errorf("%q", got)
	}
}

// waits is a script that ends with status 7 when it gets SIGTERM, and tells of SIGUSR1.
const waits = `trap 'echo USR1' USR1; trap 'kill -9 $!; echo TERM; exit 7' TERM; echo ready; ` +
	`sleep 1000 & while :; do wait $!; done`

// What somebody sends only to go-safe is passed on, and the command decides what comes of it.
func TestForward(t *testing.T) {
	p := startRole(t, "run", waits)
	if line := p.line(); line != "ready" {
		t.Fatalf("%q", line)
	}
	lines := make(chan string)
	go func() { lines <- p.line() }()
	for line := ""; line == ""; { // signals are caught a little after the start
		p.Process.Signal(unix.SIGUSR1)
		select {
		case line = <-lines:
			if line != "USR1" {
				t.Fatalf("%q", line)
			}
		default:
		}
	}
	p.Process.Signal(unix.SIGTERM)
	got := strings.ReplaceAll(p.rest(), "USR1\n", "")
	if want := "TERM\n7 true <nil>\nexit status 7"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A signal that comes when the command has ended waits for the work that is left to do, and ends this process then.
func TestSignalLate(t *testing.T) {
	for role, want := range map[string]string{
		"finish": "first 3\nfinished\nsignal: terminated", "hold": "held\nsignal: terminated",
	} {
		if got := startRole(t, role, "exit 3").rest(); got != want {
			t.Errorf("%s: %q, want %q", role, got, want)
		}
	}
}

// The command dies with go-safe where the system can do that.
func TestDiesWithUs(t *testing.T) {
	if !proc.DiesWithUs {
		t.Skip("not on this system")
	}
	p := startRole(t, "run", "echo ready; exec sleep 1000")
	if line := p.line(); line != "ready" {
		t.Fatalf("%q", line)
	}
	p.Process.Kill()
	if got := p.rest(); got != "signal: killed" { // at the end of the stream, which the command has too
		t.Errorf("%q", got)
	}
}

// After Exec the command is this process. A death by a signal looks the same as without go-safe.
func TestExec(t *testing.T) {
	p := startRole(t, "exec", "echo $$; exit 9")
	if got, want := p.rest(), fmt.Sprintf("%d\nexit status 9", p.Process.Pid); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := startRole(t, "exec", "kill -TERM $$").rest(); got != "signal: terminated" {
		t.Errorf("%q", got)
	}
	if got := startRole(t, "run", "kill -TERM $$").rest(); got != "0 false <nil>\nsignal: terminated" {
		t.Errorf("%q", got)
	}
	path := filepath.Join(t.TempDir(), "none")
	var failed *fs.PathError
	_, err := Exec(Command{Path: path})
	if !errors.As(err, &failed) || failed.Op != "exec" || failed.Path != path || !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestPlaces(t *testing.T) {
	for p, want := range map[Places]string{
		0: "nothing", ModCache: "module cache", ModCache | BuildCache | Bin: "module cache, build cache, bin",
		EnvFile | FuzzCache | Work: "env file, fuzz cache, work folder",
	} {
		if got := p.String(); got != want {
			t.Errorf("%d: %q, want %q", p, got, want)
		}
	}
}
