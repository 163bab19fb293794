package testscripts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// systemCommands are the commands that work only on this system. Scripts that use them begin with [!linux] skip.
func (s *suite) systemCommands() map[string]command {
	return map[string]command{
		"mount": mount,
		"tty":   s.tty,
	}
}

// mount [-o OPTIONS] tmpfs|ramfs|bind DIR mounts a new tmpfs or ramfs over DIR, or DIR itself with other options. The
// mount ends with the script.
func mount(ts *testscript.TestScript, neg bool, args []string) {
	options := "rw"
	if len(args) == 4 && args[0] == "-o" {
		options, args = args[1], args[2:]
	}
	if neg || len(args) != 2 || !slices.Contains([]string{"tmpfs", "ramfs", "bind"}, args[0]) {
		ts.Fatalf("usage: mount [-o options] tmpfs|ramfs|bind dir")
	}
	dir := ts.MkAbs(args[1])
	// mount(8) knows which options are flags of mount(2), and that a bind mount needs a second call for them.
	cmd := exec.Command("mount", "-t", args[0], "-o", options, args[0], dir)
	if args[0] == "bind" {
		cmd = exec.Command("mount", "-o", "bind,"+options, dir, dir)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	tb := ts.Value(tbKey{}).(testing.TB)
	ts.Defer(func() {
		// Programs that the script left running may still be in it, so unmount lazily.
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil && err != unix.EINVAL {
			tb.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// tty STEPS prog [args...] runs a program on a terminal of its own, as the leader of a session. It types what the
// file STEPS says. All that appeared on the terminal becomes the standard output.
func (s *suite) tty(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: tty steps prog [args...]")
	}
	steps, err := parseSteps(ts.ReadFile(args[0]))
	ts.Check(err)
	env, err := environ(ts)
	ts.Check(err)

	term, err := openTerminal()
	ts.Check(err)
	defer term.Close()
	cmd := exec.Command("env", args[1:]...) // looks prog up on the PATH of the script
	cmd.Dir, cmd.Env = ts.MkAbs("."), env
	ts.Check(term.start(cmd))
	playErr := s.play(steps, term)
	if playErr != nil {
		cmd.Process.Kill()
	}
	timer := time.AfterFunc(time.Until(s.deadline), func() { cmd.Process.Kill() })
	defer timer.Stop()
	err = cmd.Wait()
	term.drain()
	fmt.Fprint(ts.Stdout(), term.text())
	ts.Check(playErr)
	if neg != (err != nil) {
		ts.Fatalf("%s ended with %v", args[1], cmd.ProcessState)
	}
}

// environ returns the environment of the script. The library does not tell it, but a program that it starts can.
func environ(ts *testscript.TestScript) ([]string, error) {
	file := filepath.Join(ts.Getenv("WORK"), ".environ")
	if err := ts.Exec("sh", "-c", `exec env -0 >"$0"`, file); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00"), nil
}

// A step types text or waits until something new matches on the terminal.
type step struct {
	send   string
	expect *regexp.Regexp
}

func parseSteps(text string) ([]step, error) {
	var steps []step
	for n, line := range strings.Split(text, "\n") {
		verb, rest, _ := strings.Cut(line, " ")
		var st step
		var err error
		switch {
		case verb == "send":
			st.send, err = strconv.Unquote(`"` + rest + `"`)
		case verb == "expect":
			st.expect, err = regexp.Compile(`(?m)` + rest)
		case verb == "" || strings.HasPrefix(verb, "#"):
			continue
		default:
			err = fmt.Errorf("neither send nor expect")
		}
		if err != nil {
			return nil, fmt.Errorf("step %d: %s: %v", n+1, line, err)
		}
		steps = append(steps, st)
	}
	return steps, nil
}

func (s *suite) play(steps []step, term *terminal) error {
	seen := 0
	for _, st := range steps {
		if st.expect == nil {
			if _, err := term.master.WriteString(st.send); err != nil {
				return err
			}
			continue
		}
		ok := s.waitUntil(func() bool {
			at := st.expect.FindStringIndex(term.text()[seen:])
			if at != nil {
				seen += at[1]
			}
			return at != nil
		})
		if !ok {
			return fmt.Errorf("%v did not appear on the terminal", st.expect)
		}
	}
	return nil
}

// A terminal is a pseudo-terminal with a reader that never stops, because programs block if nobody reads.
type terminal struct {
	master, slave *os.File
	done          chan struct{} // closed when all programs have closed the terminal

	mu     sync.Mutex
	output []byte
}

func openTerminal() (*terminal, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	slave, err := openSlave(master)
	if err != nil {
		master.Close()
		return nil, err
	}
	return &terminal{master: master, slave: slave, done: make(chan struct{})}, nil
}

func openSlave(master *os.File) (*os.File, error) {
	raw, err := master.SyscallConn()
	if err != nil {
		return nil, err
	}
	var number uint32
	var ioctlErr error
	err = raw.Control(func(fd uintptr) {
		if ioctlErr = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); ioctlErr == nil {
			number, ioctlErr = unix.IoctlGetUint32(int(fd), unix.TIOCGPTN)
		}
	})
	if err == nil {
		err = ioctlErr
	}
	if err != nil {
		return nil, err
	}
	return os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
}

// start starts cmd on the terminal, and the reader.
func (t *terminal) start(cmd *exec.Cmd) error {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = t.slave, t.slave, t.slave
	cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	t.slave.Close() // now only the programs hold it: reading ends when they have ended
	go t.read()
	return nil
}

func (t *terminal) read() {
	defer close(t.done)
	buf := make([]byte, 4096)
	for {
		n, err := t.master.Read(buf)
		t.mu.Lock()
		t.output = append(t.output, buf[:n]...)
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// drain reads to the end, but does not wait for a program that stays in the background.
func (t *terminal) drain() {
	t.master.SetReadDeadline(time.Now().Add(time.Second))
	<-t.done
}

// text returns what appeared so far, with the line ends of files.
func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ReplaceAll(string(t.output), "\r\n", "\n")
}

func (t *terminal) Close() {
	t.slave.Close()
	t.master.Close()
}
