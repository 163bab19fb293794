package doctor

import (
	"strings"
	"testing"
)

func TestRedacted(t *testing.T) {
	for text, want := range map[string]string{
		"https://u:p@a.example/x":  "https://u:xxxxx@a.example/x",
		"https://u:p@q@a.example":  "https://u:xxxxx@a.example",
		"https://u@a.example:8080": "https://u@a.example:8080",
		"http://a.example/x@y:z":   "http://a.example/x@y:z",
		"off":                      "off",
		"GOPROXY=u:p@a.example|https://v:q@b.example,off":  "GOPROXY=u:xxxxx@a.example|https://v:xxxxx@b.example,off",
		"export GOPROXY='https://u:p@a.example'":           "export GOPROXY='https://u:xxxxx@a.example'",
		"https://u:a=b(@a.example: 401 (environment)\nx ":  "https://u:xxxxx@a.example: 401 (environment)\nx ",
		`C:\go\x@y and git@a.example:x and /a:b@c`:         `C:\go\x@y and git@a.example:x and /a:b@c`,
		"example.com/m@v1.0.0: go.mod has https://:@a and": "example.com/m@v1.0.0: go.mod has https://:xxxxx@a and",
	} {
		if got := redacted(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func FuzzRedacted(f *testing.F) {
	f.Add("GOPROXY=", "user", "p@ss:w", "|direct")
	f.Add("", "", "x", "/a@b:c")
	f.Fuzz(func(t *testing.T, before, user, password, behind string) {
		if strings.ContainsAny(user+password, " \t\n,|/") || password == "" {
			t.Skip() // ends the entry, or the host
		}
		secret := "https://" + user + ":" + password + "@"
		got := redacted(before + " " + secret + "a.example " + behind)
		if want := redacted(before+" ") + redacted(secret+"a.example ") + redacted(behind); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if strings.Contains(redacted(secret), secret) && password != "xxxxx" {
			t.Errorf("%q is not hidden", secret)
		}
	})
}
