package audit

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var example = Record{
	Time: time.Date(2026, 11, 29, 15, 4, 5, 6000, time.UTC), UID: 1000, Class: "mod download", Dir: HashDir("/x"),
	Go: "go1.26.3", Status: 137, Signal: "killed", Millis: 12.5, Cause: Mem,
	Waits:    []Wait{{Lock: "GOCACHE", Millis: 1000, UID: 5, PID: 7}},
	Repairs:  &Repairs{Owners: 1, Modes: 2, ACLs: 3},
	Replaced: []Replaced{{"GOCACHE", `is "read-only"` + "\n"}},
}

// What is written to a file is read again. Lines before, torn ones and others do not matter.
func TestRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	example.Write(file)
	later := example
	later.Time = later.Time.Add(time.Hour)
	later.Write(file)
	line := string(example.line())
	for _, tt := range []struct {
		text          string
		records, torn int
	}{
		{line, 1, 0},
		{line + line, 2, 0},
		{"Nov 29 15:12:50 vm go-safe[7]: " + line, 1, 0},
		{line[:20] + line, 1, 1},
		{line[:20] + "\n" + line, 1, 1},
		{"{}\nnonsense\n" + line, 1, 0},
		{strings.Repeat("x", 10000) + "\n" + line, 1, 0},
		{strings.TrimSuffix(line, "\n"), 1, 0},
		{"", 0, 0},
	} {
		records, torn, err := Read(strings.NewReader(tt.text), time.Time{})
		if err != nil || len(records) != tt.records || torn != tt.torn {
			t.Errorf("%.60q: %d records, %d torn, %v", tt.text, len(records), torn, err)
		}
		for _, r := range records {
			if !reflect.DeepEqual(r, example) {
				t.Errorf("%+v", r)
			}
		}
	}
	records, _, err := Read(bytes.NewReader(read(t, file)), later.Time)
	if err != nil || len(records) != 1 || !records[0].Time.Equal(later.Time) {
		t.Errorf("%+v, %v", records, err)
	}
}

// What append writes is what encoding/json would write.
func TestEncode(t *testing.T) {
	odd := example
	odd.Waits = append(odd.Waits, Wait{Lock: "x", UID: -1, GaveUp: true}, Wait{})
	odd.Replaced = append(odd.Replaced, Replaced{"a\"\\\x00\x1f\u2028é", "\xff<&>\x7f"})
	odd.Millis, odd.Trace = 0.001, "00-x"
	for _, r := range []Record{example, odd, {}} {
		var got, want Record
		if err := json.Unmarshal(r.append(nil), &got); err != nil {
			t.Fatalf("%s: %v", r.append(nil), err)
		}
		data, err := json.Marshal(r)
		if err != nil || json.Unmarshal(data, &want) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n%s", r.append(nil), data)
		}
	}
}

// A line fits into a datagram of syslog, whatever was replaced.
func TestLineIsShort(t *testing.T) {
	r := example
	for range 100 {
		r.Replaced = append(r.Replaced, Replaced{"GOCACHE", strings.Repeat("why ", 20)})
		r.Waits = append(r.Waits, r.Waits[0])
	}
	if line := r.line(); len(line) > maxLine || !bytes.HasSuffix(line, []byte("}\n")) {
		t.Errorf("%d bytes: %.80s", len(line), line)
	}
}

func TestTraceParent(t *testing.T) {
	const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for value, want := range map[string]string{good: good, good + "x": "", "secret": "", "": ""} {
		if got := TraceParent(value); got != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}

// A record costs at most 0.2 ms.
func BenchmarkWrite(b *testing.B) {
	for name, sink := range map[string]string{
		"file": filepath.Join(b.TempDir(), "log"), "journal": Journal, "missing": "/nonexistent/log",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				example.Write(sink)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(example.line())
	f.Add([]byte(`{"time":"x{"time":"2026-11-29T15:04:05Z","ms":1e999}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := Read(bytes.NewReader(data), time.Time{}); err != nil {
			t.Error(err)
		}
		ReadJournal(bytes.NewReader(data))
	})
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
