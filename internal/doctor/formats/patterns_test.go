package formats

import (
	"strings"
	"testing"

	"golang.org/x/mod/module"
)

func TestFixPatterns(t *testing.T) {
	for list, want := range map[string]string{
		"example.com":                  "example.com",
		"example.com/a,*.example.org/": "example.com/a,*.example.org/",
		"https://example.com:8443/a":   "example.com/a",
		"ssh://git@example.com:22/a":   "example.com/a",
		"git@example.com":              "example.com",
		"git@example.com:x/y":          "example.com/x/y",
		"git@example.com:x":            "example.com/x",
		"git@example.com:22/x.git":     "example.com/x,example.com/x.git",
		"https://example.com/x.git":    "example.com/x,example.com/x.git",
		"example.com/x.git":            "example.com/x.git",
		"a.com b.com; c.com":           "a.com,b.com,c.com",
		" a.com,,b.com ":               "a.com,b.com",
		"example.com/a:b":              "example.com/a:b", // no module path, but nobody knows which was meant
		"":                             "",
		"https://":                     "",
		"[a-c].com:80,example.com:80":  "[a-c].com:80,example.com",
	} {
		if got := FixPatterns(list); got != want {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

// A fixed list stays as it is, and matches each module that it matched before.
func FuzzFixPatterns(f *testing.F) {
	for _, s := range []string{
		"a.com,*.b.com", "https://a.com:80/x y", "git@a.com", ",;:@/", "://", "a@b@c:d:e", "git@a.com:x/y.git",
	} {
		f.Add(s, "a.com/x")
	}
	f.Fuzz(func(t *testing.T, list, path string) {
		better := FixPatterns(list)
		if again := FixPatterns(better); again != better {
			t.Errorf("%q: %q, then %q", list, better, again)
		}
		matched := module.CheckPath(path) == nil && module.MatchPrefixPatterns(list, path)
		if !matched || strings.ContainsAny(list, `[\`) {
			return
		}
		if !module.MatchPrefixPatterns(better, path) {
			t.Errorf("%q matched %s, and %q does not", list, path, better)
		}
	})
}
