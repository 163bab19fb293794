package shim

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A program that goes on after a signal, as with SIGHUP, is watched by one goroutine, however many signals it gets.
func TestSendDownTwice(t *testing.T) {
	root := t.TempDir()
	goFile := filepath.Join(root, "bin", "go") // a shell that looks like a go command
	for _, dir := range []string{filepath.Dir(goFile), filepath.Join(root, "pkg", "tool")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Not by this process: a child that is being started could have the file open for writing (golang.org/issue/22315).
	if out, err := exec.Command("cp", "/bin/sh", goFile).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(goFile, "-c", `trap "" HUP; sh -c 'echo ready; exec sleep 1000'; :`)
	cmd.Env = append(os.Environ(), "BASH_ENV=", "ENV=")
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Kill(-cmd.Process.Pid, unix.SIGKILL); cmd.Wait() })
	bufio.NewReader(stdout).ReadString('\n')

	r := newSignalRelay()
	t.Cleanup(func() { close(r.ended) })
	if r.child, err = newChild(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for range 50 {
		r.endings.Add(1)
		if err := r.sendDown(unix.SIGHUP, true); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.NumGoroutine() == before {
		t.Fatal("nobody watches the program")
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+1; time.Sleep(programPoll) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines watch the program", runtime.NumGoroutine()-before)
		}
	}
}
