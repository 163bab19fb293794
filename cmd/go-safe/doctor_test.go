package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/doctor"
)

// Every check is in the manual, and a script makes its condition, types what it says and sees it pass. A limit of open
// files is nothing that a line could raise: doctor_open_files.
func TestChecksAreProven(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	treated := treatedIn(t, "../../testscripts/doctor_*.txtar")
	seen := make(map[string]bool)
	for _, c := range slices.Concat(doctor.Checks(), doctor.LoginChecks(), doctor.NetChecks()) {
		if seen[c.ID] {
			t.Errorf("%s is the ID of two checks", c.ID)
		}
		seen[c.ID] = true
		if !regexp.MustCompile(`\t(.*, )?` + c.ID + `(,|\n)`).Match(manual) {
			t.Errorf("%s is not in doc.go", c.ID)
		}
		if c.ID != "open-files" && !slices.Contains(treated, c.ID) {
			t.Errorf("no script treats %s", c.ID)
		}
		if c.Why == "" || c.Group == "" {
			t.Errorf("%s has no reason or no group", c.ID)
		}
	}
}

// treatedIn returns the IDs that scripts give to treat.sh.
func treatedIn(t *testing.T, pattern string) []string {
	scripts, err := filepath.Glob(pattern)
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%s: %d scripts, %v", pattern, len(scripts), err)
	}
	var ids []string
	for _, script := range scripts {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`treat\.sh ([a-z0-9-]+) [01]`).FindAllStringSubmatch(string(data), -1) {
			ids = append(ids, m[1])
		}
	}
	return ids
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		width      int
		text, want string
	}{
		{0, "one two three four five", "  ok  one two three four five\n"},
		{20, "one two three four five", "  ok  one two three\n           four\n           five\n"},
		{20, "a-word-longer-than-the-screen b", "  ok\n           a-word-longer-than-the-screen\n           b\n"},
		{20, "two\nlines", "  ok  two\\nlines\n"},
	} {
		var b strings.Builder
		doctorPrinter{w: &b, width: tt.width}.wrap("  ok  ", tt.text)
		if b.String() != tt.want {
			t.Errorf("%d %q: %q, want %q", tt.width, tt.text, b.String(), tt.want)
		}
	}
}

func TestShort(t *testing.T) {
	p := doctorPrinter{home: "/home/u"}
	for text, want := range map[string]string{
		"/home/u":               "~",
		"/home/u/x of /home/u":  "~/x of ~",
		"/home/user/x":          "/home/user/x",
		"GOBIN=/home/u/bin":     "GOBIN=~/bin",
		"/mnt/home/u/x":         "/mnt/home/u/x",
		"/home/u/home/u":        "~/home/u",
		"/a:/home/u/b":          "/a:~/b",
		"uses /home/u/x; or /y": "uses ~/x; or /y",
	} {
		if got := p.short(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
