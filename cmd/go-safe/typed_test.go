package main

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/envfix"
)

func TestOneLine(t *testing.T) {
	for s, want := range map[string]string{
		"größer /a b":  "größer /a b",
		"a\nb\r\x1b[":  `a\nb\r\x1b[`,
		"a\xffb\u009b": `a\xffb\u009b`,
		"\u202e":       `\u202e`,
	} {
		if got := oneLine(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestTypable(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self := envfix.Quote(exe) // no go on PATH is this program
	for text, want := range map[string]string{
		"no; type: go safe help":                   "no; type: " + self + " safe help",
		"no, to silence this: go env -u X":         "no, to silence this: " + self + " env -u X",
		"no; type: go clean -cache":                "no; type: go clean -cache",
		"/a\nb; type: unset X":                     `/a\nb; type: unset X`,
		"/a\nb is torn; type: go safe fix '/a\nb'": `/a\nb is torn`,
		"say go safe help":                         "say go safe help",
	} {
		if got := typable(text, []string{"PATH=/nowhere"}); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
