package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// newTerminal returns both ends of a terminal of 80 columns.
func newTerminal(t *testing.T) (master, tty *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err != nil {
		t.Skip(err)
	}
	tty, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { tty.Close() })
	return master, tty
}

// TestProgress shows what is on a terminal while a pull waits, and that nothing of it stays or gets into other lines.
func TestProgress(t *testing.T) {
	bin := t.TempDir()
	buildPrograms(t, bin)
	s, pusher := pair(t)
	for _, args := range [][]string{{"go-safe-cache", "pull"}, {"go-safe", "build", "-o", bin + "/out", "missing"}} {
		// The bundle, and then the part, arrive when the test has seen the line about them.
		seen := make(chan bool)
		address := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case r.Method != "GET":
			case strings.HasPrefix(r.URL.Path, "/v1/bundle/"):
				<-seen
			default:
				b, _ := os.ReadFile(s.files(t, "v1/part")[0])
				w.Write(b[:len(b)/2])
				w.(http.Flusher).Flush()
				<-seen
				w.Write(b[len(b)/2:])
				return true
			}
			return false
		})
		m := newMachine(t, pusher.dir, address)
		cmd := exec.Command(filepath.Join(bin, args[0]), args[1:]...)
		cmd.Dir = m.dir
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=", "GOSAFE_CACHE="+address)
		master, tty := newTerminal(t)
		cmd.Stderr = tty
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		tty.Close()
		var text []byte
		for _, want := range []string{`asking http://127\S+ *`, `0\.0 of 0\.0 MB from \S+ *`} {
			want = `\rgo-safe-cache: ` + want
			for b := make([]byte, 4096); !regexp.MustCompile(want + "$").Match(text); {
				n, err := master.Read(b)
				if err != nil {
					t.Fatalf("%v: %v: %q", args, err, text)
				}
				text = append(text, b[:n]...)
			}
			seen <- true
		}
		rest, _ := io.ReadAll(master) // it fails at the end, when nobody has the terminal
		cmd.Wait()
		// The erased line is where the next line begins, from the left.
		erased := regexp.MustCompile(`(?s)^(.*\r +\r)?` +
			`(go-safe-cache: pull: 4 of 4 entries|package missing is not in std)[^\r]*\r\n$`)
		if !erased.Match(rest) {
			t.Errorf("%v: after the line: %q", args, rest)
		}
		m.wants(t, "a b", "a", "b")

		// The same without a terminal.
		close(seen)
		m = newMachine(t, pusher.dir, address)
		cmd = exec.Command(cmd.Path, args[1:]...)
		cmd.Dir = m.dir
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=", "GOSAFE_CACHE="+address)
		out, _ := cmd.CombinedOutput()
		if strings.Contains(string(out), "\r") || strings.Count(string(out), "\n") != 1 {
			t.Errorf("%v without a terminal: %q", args, out)
		}
	}
}
