package doctor

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
)

// A look that never ends is left behind, and the others are done.
func TestRunLimit(t *testing.T) {
	stuck := make(chan Finding)
	defer close(stuck)
	checks := []Check{
		{"stuck", "g", "why", func(*Machine) Finding { return <-stuck }},
		{"broken", "g", "why", func(*Machine) Finding { return Finding{Status: Broken} }},
		{"fine", "g", "why", func(*Machine) Finding { return ok("x", "") }},
	}
	results := Run(checks, &Machine{}, 10*time.Millisecond)
	for i, want := range []Status{Unknown, Broken, OK} {
		if r := results[i]; r.Status != want || r.ID != checks[i].ID || (r.Why == "") != (want == OK) {
			t.Errorf("%+v, want %s", r, want)
		}
	}
	if w := Worst(results); w != Broken {
		t.Error(w)
	}
	if w := Worst(results[:1]); w != Unknown {
		t.Error(w)
	}
	if w := Worst(nil); w != OK {
		t.Error(w)
	}
}

func TestMendPatterns(t *testing.T) {
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
		"example.com/a:b":              "example.com/a:b", // no module has such a path, but nobody knows which was meant
		"":                             "",
		"https://":                     "",
		"[a-c].com:80,example.com:80":  "[a-c].com:80,example.com",
	} {
		if got := mendPatterns(list); got != want {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

// What is mended stays as it is, and what matched a module goes on matching it.
func FuzzMendPatterns(f *testing.F) {
	for _, s := range []string{"a.com,*.b.com", "https://a.com:80/x y", "git@a.com", ",;:@/", "://", "a@b@c:d:e", "git@a.com:x/y.git"} {
		f.Add(s, "a.com/x")
	}
	f.Fuzz(func(t *testing.T, list, path string) {
		better := mendPatterns(list)
		if again := mendPatterns(better); again != better {
			t.Errorf("%q: %q, then %q", list, better, again)
		}
		if module.CheckPath(path) == nil && !strings.ContainsAny(list, `[\`) && module.MatchPrefixPatterns(list, path) && !module.MatchPrefixPatterns(better, path) {
			t.Errorf("%q matched %s, and %q does not", list, path, better)
		}
	})
}

func TestProxies(t *testing.T) {
	for list, want := range map[string]bool{
		"https://a.example.com": true, "http://a/b": true, "file:///srv": true, "a.example.com": true, "localhost:3000": true,
		"a/b": true, "direct": true, "off": true, "none": false, "/srv/proxy": false, "ftp://a.example.com": false, "file": false,
		"https:/p": false, "https://": false, "https:///x": false, "http:p": false, "a.example.com:x": false, "https://[::1]:80/x": true,
		"https://u:p%40w@a.example.com": true, "https://u:p%w@a.example.com": false, "file:/srv": true, "file://a/srv": false,
	} {
		entries := proxies(" , " + list + " |")
		if len(entries) != 1 || entries[0].entry != list {
			t.Errorf("%q: %q", list, entries)
		}
		if got := validProxy(list); got != want {
			t.Errorf("%q: %t", list, got)
		}
	}
	if got := proxies(" ,|, "); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func FuzzToolsIn(f *testing.F) {
	f.Add("/b/gopls: go1.26.3\n\tpath\tgolang.org/x/tools/gopls\n\tmod\tgolang.org/x/tools/gopls\tv0.20.0\th1:x=\n\tdep\tx\tv1\n/b/c: d: go1.20 X:y\n")
	f.Add("\tpath\n\tmod\t\n: go1\n")
	f.Fuzz(func(t *testing.T, out string) {
		for _, tool := range toolsIn(out) {
			if !strings.HasPrefix(tool.goVersion, "go1") || strings.Contains(tool.goVersion, " ") {
				t.Errorf("%q: %+v", out, tool)
			}
		}
	})
}

func TestToolsIn(t *testing.T) {
	got := toolsIn("/b/gopls: go1.26.3\n\tpath\texample.com/gopls\n\tmod\texample.com/x\tv0.20.0\th1:x=\n\tdep\tx\tv1\n/b/c: d: go1.20 X:y\n")
	want := []tool{
		{"/b/gopls", "go1.26.3", "example.com/gopls", "v0.20.0"},
		{"/b/c: d", "go1.20", "", ""},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if !got[0].fetchable() || got[1].fetchable() {
		t.Errorf("%+v", got)
	}
	for _, bad := range []tool{
		{path: "-toolexec=x", version: "v1.0.0"},
		{path: "example.com/$(id)", version: "v1.0.0"},
		{path: "example.com/x", version: "v1.0.0;id"},
		{path: "example.com/x", version: "(devel)"},
		{path: "example.com/x", version: "v1.0.0+dirty"},
	} {
		if bad.fetchable() {
			t.Errorf("%+v", bad)
		}
	}
}
