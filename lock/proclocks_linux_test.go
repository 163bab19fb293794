package lock

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func init() { roles["many"] = many }

// many DIR holds the shared lock a thousand times until standard input ends.
func many(args []string) error {
	for range 999 {
		if _, err := acquire(args[0], Shared, time.Hour); err != nil {
			return err
		}
	}
	return hold([]string{args[0], "shared"})
}

// A process that holds a lock a thousand times is one holder.
func TestOneOfMany(t *testing.T) {
	dir := sharedDir(t)
	h := startHolder(t, command("many", dir))
	l, err := open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	l.mark(Exclusive)
	if got := l.entries(); len(got) != 1 || got[0].pid != h.Process.Pid {
		t.Errorf("%d holders, the first %v; want one of pid %d", len(got), got[:min(1, len(got))], h.Process.Pid)
	}
}

func TestParseLock(t *testing.T) {
	at := inode{"fe:00", 246947}
	const eof = math.MaxInt64
	for line, want := range map[string]lockLine{
		"1: FLOCK  ADVISORY  READ 4711 fe:00:246947 0 EOF":     {"FLOCK", false, Shared, 4711, at, 0, eof},
		"1: -> FLOCK  ADVISORY  WRITE 4712 fe:00:246947 0 EOF": {"FLOCK", true, Exclusive, 4712, at, 0, eof},
		"2: POSIX  ADVISORY  READ 4713 fe:00:246947 1 1":       {"POSIX", false, Shared, 4713, at, 1, 1},
		"3: OFDLCK ADVISORY  WRITE -1 fe:00:246947 128 128":    {"OFDLCK", false, Exclusive, -1, at, 128, 128},
	} {
		if got, ok := parseLock(line); !ok || got != want {
			t.Errorf("%q: %+v, %t", line, got, ok)
		}
	}
	for _, line := range []string{
		"", "1: FLOCK", "1: FLOCK ADVISORY READ x fe:00:1 0 EOF", "1: FLOCK ADVISORY READ 1 1 0 EOF",
		"1: FLOCK ADVISORY READ 1 fe:00:1 0 x",
	} {
		if got, ok := parseLock(line); ok {
			t.Errorf("%q: %+v", line, got)
		}
	}
}

func FuzzParseLock(f *testing.F) {
	if data, err := os.ReadFile("/proc/locks"); err == nil {
		for line := range strings.Lines(string(data)) {
			f.Add(line)
		}
	}
	f.Add("1: -> FLOCK  ADVISORY  WRITE 4712 fe:00:246947 0 EOF")
	f.Fuzz(func(t *testing.T, line string) {
		if l, ok := parseLock(line); ok && (l.class == "" || !strings.Contains(line, l.inode.device)) {
			t.Errorf("%q: %+v", line, l)
		}
	})
}
