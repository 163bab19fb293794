package say

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// newTerminal returns a terminal of 80 columns, and a function that returns what has appeared on it since the last
// call.
func newTerminal(t *testing.T) (tty *os.File, appeared func() string) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
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
	const end = "\x00" // what is written arrives a little later
	return tty, func() string {
		tty.WriteString(end)
		var text []byte
		for buf := make([]byte, 4096); !bytes.HasSuffix(text, []byte(end)); {
			n, err := unix.Read(fd, buf)
			if err != nil && err != unix.EINTR {
				t.Fatal(err)
			}
			text = append(text, buf[:max(0, n)]...)
		}
		return strings.TrimSuffix(string(text), end)
	}
}

func TestTerminal(t *testing.T) {
	tty, _ := newTerminal(t)
	if columns, is := Terminal(tty); !is || columns != 80 {
		t.Errorf("%d columns, %t", columns, is)
	}
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if columns, is := Terminal(file); is || columns != 0 {
		t.Errorf("a file: %d columns, %t", columns, is)
	}
}

// Progress appears only if the work takes longer than a moment, is drawn over itself, and is gone at its end.
func TestProgress(t *testing.T) {
	tty, appeared := newTerminal(t)
	synctest.Test(t, func(t *testing.T) { // the clock goes on only at Sleep
		p := Printer{W: tty}
		p.Progress(func() State { return State{} })()
		if got := appeared(); got != "" {
			t.Errorf("of short work: %q", got)
		}
		var done atomic.Int64
		done.Store(3)
		stop := p.Progress(func() State { return State{What: "reading", Done: done.Load(), All: 10, Unit: "files"} })
		time.Sleep(firstShown)
		synctest.Wait()
		first := "go-safe: reading [" + strings.Repeat("=", 9) + strings.Repeat(" ", 21) + "] 3 of 10 files"
		if got := appeared(); got != "\r"+first {
			t.Errorf("%q, want %q", got, first)
		}
		time.Sleep(shownAgain / 2)
		synctest.Wait()
		if got := appeared(); got != "" {
			t.Errorf("at once: %q", got)
		}
		done.Store(10)
		time.Sleep(shownAgain)
		synctest.Wait()
		second := "go-safe: reading [" + strings.Repeat("=", 30) + "] 10 of 10 files"
		if got := appeared(); got != "\r"+second {
			t.Errorf("%q, want %q", got, second)
		}
		stop()
		stop()
		if got, want := appeared(), "\r"+strings.Repeat(" ", len(second))+"\r"; got != want {
			t.Errorf("erased by %q, want %q", got, want)
		}
	})
}
