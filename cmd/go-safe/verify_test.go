package main

import "testing"

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
