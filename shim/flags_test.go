package shim

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitFlags(t *testing.T) {
	for value, want := range map[string][]string{
		"":                        nil,
		" \t\n\r":                 nil,
		"-v -n":                   {"-v", "-n"},
		`'-n'`:                    {"-n"},
		`"-ldflags=-X 'a=b'"  -x`: {"-ldflags=-X 'a=b'", "-x"},
		`-ldflags='-s -w'`:        {"-ldflags='-s", "-w'"},
		`'-n''-x'-v`:              {"-n", "-x", "-v"},
		`''`:                      {""},
		`-v '-n`:                  nil,
		"-tags=a\u00a0b\v-n":      {"-tags=a\u00a0b\v-n"}, // no blanks for the go command
	} {
		if got := SplitFlags(value); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

// Quoted words come back unchanged.
func FuzzSplitFlags(f *testing.F) {
	f.Add("-n", "-ldflags=-s -w")
	f.Add(`"`, "'")
	f.Fuzz(func(t *testing.T, a, b string) {
		SplitFlags(a)
		words := []string{a, b}
		var value strings.Builder
		for _, w := range words {
			quote := `'`
			if strings.Contains(w, quote) {
				quote = `"`
			}
			if strings.Contains(w, quote) {
				return
			}
			value.WriteString(quote + w + quote + " ")
		}
		if got := SplitFlags(value.String()); !slices.Equal(got, words) {
			t.Errorf("%s: %q", &value, got)
		}
	})
}
