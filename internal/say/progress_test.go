package say

import (
	"os"
	"strings"
	"testing"
	"time"
)

// The line has a bar only if there is room, and never more columns than the terminal.
func TestProgressLine(t *testing.T) {
	entries := State{What: "repairing", Path: "/srv/gomod", Done: 12000, All: 30000, Unit: "entries", About: true}
	bytes := State{What: "verifying", Done: 400e6, All: 1600e6, Unit: Bytes}
	for _, tt := range []struct {
		state   State
		columns int
		took    time.Duration
		want    string
	}{
		{
			entries, 100, 0,
			"go-safe: repairing /srv/gomod [============                  ] 12000 of about 30000 entries",
		},
		{entries, 80, 2 * time.Second, "go-safe: repairing /srv/gomod 12000 of about 30000 entries, 3 s left"},
		{
			entries, 90, 2 * time.Second,
			"go-safe: repairing /srv/gomod [=======           ] 12000 of about 30000 entries, 3 s left",
		},
		{entries, 60, 10 * time.Second, "go-safe: repairing 12000 of about 30000 entries, 15 s left"},
		{entries, 68, 10 * time.Second, "go-safe: repairing ...gomod 12000 of about 30000 entries, 15 s left"},
		{entries, 55, 10 * time.Second, "go-safe: repairing 12000 of 30000 entries, 15 s left"},
		{entries, 50, 10 * time.Second, "go-safe: repairing 12000 of 30000 entries"},
		{entries, 30, 0, "go-safe: repairing 12000 of 3"},
		{bytes, 0, 10 * time.Minute, "go-safe: verifying [=======                       ] 0.4 of 1.6 GB, 30 min left"},
		{State{What: "reading", Done: 7, Unit: "entries"}, 80, 3 * time.Second, "go-safe: reading 7 entries, 3 s"},
		{State{What: "asking"}, 80, 1500 * time.Millisecond, "go-safe: asking, 2 s"},
		{State{What: "more than all", Done: 9, All: 3, Unit: "checks"}, 40, 0, "go-safe: more than all 3 of 3 checks"},
		{State{What: "a\nb"}, 80, 0, `go-safe: a\nb`},
	} {
		if got := tt.state.line(tt.columns, tt.took); got != tt.want {
			t.Errorf("%+v:\n%q, want\n%q", tt.state, got, tt.want)
		}
	}
	for columns := 1; columns < 120; columns++ {
		for _, s := range []State{entries, bytes, {What: strings.Repeat("ä", 200)}} {
			if n := width(s.line(columns, time.Minute)); n >= columns && n > 0 {
				t.Fatalf("%+v: %d of %d columns", s, n, columns)
			}
		}
	}
}

// Nothing is drawn on /dev/null, although that is a character device.
func TestProgressOnNull(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stop := Printer{W: null}.Progress(func() State { t.Error("asked"); return State{} })
	time.Sleep(firstShown + firstShown/2)
	stop()
}
