package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestParseVerify(t *testing.T) {
	for _, tt := range []struct {
		args []string
		ok   bool
	}{
		{nil, true},
		{[]string{"--heal", "example.com/a@v1.0.0", "-json"}, true},
		{[]string{"example.com/a"}, false},
		{[]string{"--fix"}, false},
		{[]string{"./..."}, false},
	} {
		cmd, err := parseVerify(tt.args)
		if (err == nil) != tt.ok {
			t.Errorf("%q: %+v, %v", tt.args, cmd, err)
		}
	}
}

// What somebody else named neither breaks a line nor speaks to the terminal.
func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"/a/b c@v1.0.0": "/a/b c@v1.0.0",
		"a\nb":          `"a\nb"`,
		"\x1b[2J":       `"\x1b[2J"`,
		"größer":        "größer",
	} {
		if got := visible(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

// A module cache that is missing and cannot be made has no lock. That is no error: there is nothing to heal.
func TestHealNowhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	v := &verifier{verifyCommand: verifyCommand{heal: true}, dir: filepath.Join(file, "mod")}
	release, err := v.lock(config{lockTimeout: -1})
	if err != nil {
		t.Fatal(err)
	}
	release()
}
