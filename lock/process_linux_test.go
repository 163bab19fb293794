package lock

import (
	"math"
	"os"
	"strings"
	"testing"
)

func TestParseLock(t *testing.T) {
	at := inode{"fe:00", 246947}
	for line, want := range map[string]lockLine{
		"1: FLOCK  ADVISORY  READ 4711 fe:00:246947 0 EOF":     {class: "FLOCK", pid: 4711, inode: at, end: math.MaxInt64},
		"1: -> FLOCK  ADVISORY  WRITE 4712 fe:00:246947 0 EOF": {class: "FLOCK", blocked: true, mode: Exclusive, pid: 4712, inode: at, end: math.MaxInt64},
		"2: POSIX  ADVISORY  READ 4713 fe:00:246947 1 1":       {class: "POSIX", pid: 4713, inode: at, start: 1, end: 1},
		"3: OFDLCK ADVISORY  WRITE -1 fe:00:246947 128 128":    {class: "OFDLCK", mode: Exclusive, pid: -1, inode: at, start: 128, end: 128},
	} {
		if got, ok := parseLock(line); !ok || got != want {
			t.Errorf("%q: %+v, %t", line, got, ok)
		}
	}
	for _, line := range []string{"", "1: FLOCK", "1: FLOCK ADVISORY READ x fe:00:1 0 EOF", "1: FLOCK ADVISORY READ 1 1 0 EOF", "1: FLOCK ADVISORY READ 1 fe:00:1 0 x"} {
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

func TestCutCommand(t *testing.T) {
	for argv, want := range map[string]string{
		"/usr/bin/go\x00build\x00./...\x00": "go build ./...",
		"":                                  "",
		strings.Repeat("x", 61):             strings.Repeat("x", 59) + "…",
		strings.Repeat("\xff", 70):          strings.Repeat("�", 59) + "…",
	} {
		if got := cutCommand(argv); got != want {
			t.Errorf("%q: %q", argv, got)
		}
	}
}
