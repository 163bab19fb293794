package lock

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// The test binary is also the other processes: LOCK_TEST is the role, and the arguments go with it.
func TestMain(m *testing.M) {
	role := os.Getenv("LOCK_TEST")
	if role == "" {
		ownMounts()
		os.Exit(m.Run())
	}
	if err := roles[role](os.Args[1:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

var roles = map[string]func(args []string) error{
	"hold":  hold,
	"take":  take,
	"loop":  loop,
	"below": below,
}

// hold DIR MODE holds the lock until standard input ends.
func hold(args []string) error {
	release, err := acquire(args[0], modeOf(args[1]), time.Hour)
	if err != nil {
		return err
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	release()
	return nil
}

// take DIR MODE TIMEOUT takes the lock or says why not.
func take(args []string) error {
	timeout, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	release, err := acquire(args[0], modeOf(args[1]), timeout)
	if err != nil {
		return err
	}
	release()
	fmt.Println("taken")
	return nil
}

// loop DIR takes the shared lock again and again, and holds it most of the time, until standard input ends.
func loop(args []string) error {
	done := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(done)
	}()
	for n := 0; ; n++ {
		select {
		case <-done:
			fmt.Println(n)
			return nil
		default:
		}
		release, err := acquire(args[0], Shared, 30*time.Second)
		if err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
		release()
		if n == 0 {
			fmt.Println("began")
		}
	}
}

// below DIR MODE ROLE ARGS... holds the lock, waits for a line of standard input, and starts a child in that role.
func below(args []string) error {
	release, err := acquire(args[0], modeOf(args[1]), time.Hour)
	if err != nil {
		return err
	}
	defer release()
	fmt.Println("held")
	bufio.NewReader(os.Stdin).ReadString('\n')
	cmd := command(args[2], args[3:]...)
	cmd.Stdout = os.Stdout
	return cmd.Run()
}

// needsHolders skips the test where the system does not tell who holds a lock.
func needsHolders(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/locks"); err != nil && runtime.GOOS != "windows" {
		t.Skip("this system does not tell who holds a lock")
	}
}

func silent([]Process) {}

func modeOf(name string) Mode {
	if name == Exclusive.String() {
		return Exclusive
	}
	return Shared
}

// acquire is Acquire that tells nothing.
func acquire(dir string, mode Mode, patience time.Duration) (func(), error) {
	return Acquire(dir, mode, &Patience{Anybody: patience}, silent)
}

// command is this test in a role. It does not start the binary by its path: other users may not reach its folder.
func command(role string, args ...string) *exec.Cmd {
	exe := "/proc/self/exe"
	if _, err := os.Stat(exe); err != nil || runtime.GOOS == "windows" {
		exe = os.Args[0]
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), "LOCK_TEST="+role, "GORACE=atexit_sleep_ms=0") // which -race has at 1000
	return cmd
}

// A holder is another process that holds a lock until let is called.
type holder struct {
	*exec.Cmd
	stdin io.Closer
}

// startHolder starts one, and returns when it has the lock.
func startHolder(t *testing.T, cmd *exec.Cmd) holder {
	t.Helper()
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
	h := holder{cmd, stdin}
	t.Cleanup(func() {
		wake(cmd.Process)
		h.stdin.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || line != "held\n" && line != "began\n" {
		t.Fatalf("%v: %q, %v", cmd, line, err)
	}
	return h
}

func (h holder) let() {
	h.stdin.Close()
	h.Wait()
}

// sharedDir makes a directory that every user can read.
func sharedDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "lock-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	cache := filepath.Join(dir, "cache")
	for _, d := range []string{dir, cache} {
		if err := errors.Join(os.MkdirAll(d, 0o755), os.Chmod(d, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	return cache
}
