package formats

import (
	"strings"
	"testing"
)

func TestProxies(t *testing.T) {
	for entry, want := range map[string]bool{
		"https://a.example.com": true, "http://a/b": true, "file:///srv": true, "a.example.com": true,
		"localhost:3000": true, "a/b": true, "direct": true, "off": true, "https://[::1]:80/x": true,
		"https://u:p%40w@a.example.com": true,
		"none":                          false, "/srv/proxy": false, "ftp://a.example.com": false, "file": false,
		"https:/p": false, "https://": false, "https:///x": false, "http:p": false, "a.example.com:x": false,
		"https://u:p%w@a.example.com": false, "file:/srv": false, "file://a/srv": false, "file:///srv?x": false,
	} {
		entries := Proxies(" , " + entry + " |")
		if len(entries) != 1 || entries[0].Entry != entry || entries[0].Separator != "|" {
			t.Errorf("%q: %q", entry, entries)
		}
		if got := entries[0].Valid(); got != want {
			t.Errorf("%q: %t", entry, got)
		}
	}
	if got := Proxies(" ,|, "); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func TestProxyURL(t *testing.T) {
	for entry, want := range map[string]string{
		"https://a/": "https://a", "a.example": "https://a.example", "localhost:3000/": "https://localhost:3000",
		"off": "off", "file:///srv": "file:///srv",
	} {
		if got := (Proxy{Entry: entry}).URL(); got != want {
			t.Errorf("%s: %s, want %s", entry, got, want)
		}
	}
	for entry, want := range map[string]bool{"http://a": true, "a.b": true, "file:///a.b": false, "direct": false} {
		if got := (Proxy{Entry: entry}).Server(); got != want {
			t.Errorf("%s: %t", entry, got)
		}
	}
}

func TestFixProxies(t *testing.T) {
	for value, want := range map[string]string{
		"https://p.example,direct":        "https://p.example,direct",
		"https://p.example|off":           "https://p.example|off",
		"file:///srv/my proxy;1":          "file:///srv/my proxy;1",
		"https://p.example;direct":        "https://p.example,direct",
		"https://p.example direct":        "https://p.example,direct",
		"file:///srv ; https://p.example": "file:///srv,https://p.example",
		"https://p.example/a direct":      "https://p.example/a,direct",
		"p.example;q.example|direct;off,": "p.example,q.example|direct,off",
		" , ":                             "",
		";":                               "",
		";|;off":                          "off",
	} {
		if got := FixProxies(value); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

// A fixed list stays as it is, and has no entry that nobody wrote.
func FuzzFixProxies(f *testing.F) {
	for _, s := range []string{"https://a;direct", "file:///a b,off", " |,", "a b|c;d/e f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		fixed := FixProxies(value)
		if again := FixProxies(fixed); again != fixed {
			t.Errorf("%q: %q, then %q", value, fixed, again)
		}
		for _, p := range Proxies(fixed) {
			if !strings.Contains(value, p.Entry) {
				t.Errorf("%q: %q, whose entry %q nobody wrote", value, fixed, p.Entry)
			}
		}
	})
}
