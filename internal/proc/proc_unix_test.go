//go:build unix

package proc

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary stand for go-safe: it runs a script, removes a file last, and is sent signals.
func TestMain(m *testing.M) {
	if script := os.Getenv("PROC_SCRIPT"); script != "" {
		err := Run(Command{
			Path: Shell, Args: []string{"-c", script}, Environ: os.Environ(),
			Last: func() { os.Remove(os.Getenv("PROC_LAST")) },
		})
		if err != nil {
			os.Exit(125)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// hangs starts a process, writes down its pid, and waits.
const hangs = `sleep 1000 & echo $! >pid.new; mv pid.new pid; wait; `

func TestRun(t *testing.T) {
	for _, c := range []struct {
		name, script string
		limit        time.Duration
		want         string
		out          string
	}{
		{name: "ends well", script: "echo said; cat", out: "said\n"},
		{name: "fails", script: "echo said >&2; exit 3", want: "exit status 3"},
		{name: "leaves what holds the stream", script: "sleep 1000 & echo $! >pid; echo said", out: "said\n"},
		{name: "leaves what does not", script: "sleep 1000 >/dev/null & echo $! >pid"},
		{name: "hangs", script: hangs, limit: time.Second, want: ErrDeadline.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			var out strings.Builder
			cmd := Command{Path: Shell, Args: []string{"-c", c.script}, Dir: dir, Environ: os.Environ(), Stdout: &out}
			if c.limit > 0 {
				cmd.Deadline = time.Now().Add(c.limit)
			}
			if got := errorText(Run(cmd)); got != c.want {
				t.Errorf("error %q, want %q", got, c.want)
			}
			if out.String() != c.out {
				t.Errorf("printed %q, want %q", out.String(), c.out)
			}
			gone(t, filepath.Join(dir, "pid"))
		})
	}
}

// The program learns nothing of this process except what the command says, and gets the name that it says. A script
// needs no #!.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("echo $1 $A in $PWD; read x; echo got $x\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd := Command{
		Path: script, Args: []string{"one"}, Environ: []string{"A=a"}, Dir: dir,
		Stdin: strings.NewReader("text\n"), Stdout: &out,
	}
	if err := Run(cmd); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "one a in "+dir+"\ngot text\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	out.Reset()
	named := Command{Path: Shell, Name: "called", Args: []string{"-c", "echo $0; env"}, Stdout: &out}
	if err := Run(named); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "called\n") || strings.Contains(got, "HOME=") {
		t.Errorf("printed %q", got)
	}
	if err := os.WriteFile(script, []byte("\x7fELF\x00\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Run(cmd); !errors.Is(err, syscall.ENOEXEC) {
		t.Errorf("a program for another machine: %v", err)
	}
	if err := Run(Command{Path: filepath.Join(dir, "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no program: %v", err)
	}
}

// A signal ends the program and its children, and then this process by that signal. All are interrupted first. Those
// that ignore that are killed.
func TestSignal(t *testing.T) {
	for _, c := range []struct {
		name, script string
		sig          syscall.Signal
	}{
		{"INT", hangs, unix.SIGINT},
		{"TERM", hangs, unix.SIGTERM},
		{"HUP", hangs, unix.SIGHUP},
		{"QUIT", hangs, unix.SIGQUIT},
		{"cleans up", "trap 'rm work; exit' INT; " + hangs, unix.SIGTERM},
		{"its child cleans up", "(trap 'sleep 0.05; rm work; exit' INT; " + hangs + ")", unix.SIGTERM},
		{"takes no notice", "rm work; trap '' INT; " + hangs, unix.SIGTERM},
	} {
		t.Run(c.name, func(t *testing.T) {
			if signal.Ignored(c.sig) {
				t.Skip("is ignored here, as nohup has it")
			}
			script := c.script
			if !strings.Contains(script, "rm work") {
				script = "rm work; " + script
			}
			cmd := helper(t, ": >work; "+script)
			cmd.Process.Signal(c.sig)
			cmd.Wait()
			if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signal() != c.sig || ws.CoreDump() {
				t.Errorf("ended with %v", cmd.ProcessState)
			}
			gone(t, filepath.Join(cmd.Dir, "pid"))
			for _, file := range []string{"last", "work"} {
				if _, err := os.Lstat(filepath.Join(cmd.Dir, file)); err == nil {
					t.Error(file, "was not removed")
				}
			}
		})
	}
}

// SIGKILL leaves us no time. The kernel kills the program with this process.
func TestKilled(t *testing.T) {
	if !DiesWithUs {
		t.Skip("this system has no parent-death signal")
	}
	cmd := helper(t, "echo $$ >pid.new; mv pid.new pid; exec sleep 1000")
	cmd.Process.Kill()
	cmd.Wait()
	gone(t, filepath.Join(cmd.Dir, "pid"))
}

// helper starts this test binary with a script, and waits until that has written the file pid.
func helper(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	last := filepath.Join(dir, "last")
	if err := os.WriteFile(last, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PROC_SCRIPT="+script, "PROC_LAST="+last)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for {
		if _, err := os.Stat(filepath.Join(dir, "pid")); err == nil {
			return cmd
		}
		time.Sleep(time.Millisecond)
	}
}

// gone fails if the process whose pid is in the file goes on. A process that was killed takes a moment to end.
func gone(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if !runs(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	unix.Kill(pid, unix.SIGKILL)
	t.Errorf("process %d goes on", pid)
}

// runs reports whether the process goes on. A zombie does not: maybe nobody waits for it.
func runs(pid int) bool {
	if unix.Kill(pid, 0) != nil {
		return false
	}
	out, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return !strings.HasPrefix(string(out), "Z") && len(out) > 0
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
