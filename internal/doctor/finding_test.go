package doctor

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
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
		if got := redact(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("GOPROXY=", "user", "p@ss:w", "|direct")
	f.Add("", "", "x", "/a@b:c")
	f.Fuzz(func(t *testing.T, before, user, password, behind string) {
		if strings.ContainsAny(user+password, " \t\n,|/") || password == "" {
			t.Skip() // ends the entry, or the host
		}
		secret := "https://" + user + ":" + password + "@"
		got := redact(before + " " + secret + "a.example " + behind)
		if want := redact(before+" ") + redact(secret+"a.example ") + redact(behind); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if strings.Contains(redact(secret), secret) && password != "xxxxx" {
			t.Errorf("%q is not hidden", secret)
		}
	})
}

// What is printed is redacted, can be pasted, and has no sudo on a machine without it.
func TestFindingIsPrintable(t *testing.T) {
	const secret = "GOPROXY=https://u:p@a"
	f := Finding{Looked: secret, Advice: "export " + secret, Details: []string{"u:p@a"}}.redacted()
	if f.Looked != "GOPROXY=https://u:xxxxx@a" || f.Advice != "" || f.Details[0] != "u:xxxxx@a" ||
		!strings.Contains(f.Found, "change that by hand") {
		t.Errorf("%+v", f)
	}
	if f := (Finding{Advice: "rm -rf /u:p@a", Fix: true}).redacted(); f.Advice != "rm -rf /u:p@a" {
		t.Errorf("%+v", f)
	}
	for advice, want := range map[string]bool{
		"chmod o-w /ä": true, "rm '\x1b[2J'": false, "rm '\xff'": false, "": true,
	} {
		f := Finding{Advice: advice, Fix: true}.pasteable()
		if (f.Advice == advice) != want || f.Fix != want {
			t.Errorf("%q: %+v", advice, f)
		}
	}
	m := &Machine{}
	for advice, want := range map[string]string{
		"sudo rm -r /x": "rm -r /x", "printf x | sudo tee -a /y": "printf x | tee -a /y", "rm /x": "rm /x",
	} {
		f := m.withoutSudo(Finding{Advice: advice, Found: "is wrong"})
		if f.Advice != want || strings.Contains(f.Found, "; only root") != (advice != want) {
			t.Errorf("%q: %+v", advice, f)
		}
	}
}

// Of findings with one cause or one advice the worst stays, and the others refer to it. What passed, and what was
// skipped for a good reason, refers to nothing.
func TestMergeCauses(t *testing.T) {
	results := []Result{
		{ID: "a", Finding: Finding{Status: Warning, Looked: "x", cause: "sudo"}},
		{ID: "b", Finding: Finding{Status: Broken, Looked: "y", cause: "sudo", Advice: "chown"}},
		{ID: "c", Finding: Finding{Status: Broken, Looked: "z"}},
		{ID: "d", Finding: Finding{Status: Broken, Looked: "z"}},
		{ID: "e", Finding: Finding{Status: Warning, Advice: "unset X"}},
		{ID: "f", Finding: Finding{Status: Warning, Advice: "unset X"}},
		{ID: "g", Finding: Finding{Status: Skipped, Found: "no answer"}},
		{ID: "h", Finding: Finding{Status: Skipped, Found: "no answer"}},
		{ID: "i", Finding: excused("x", "no answer")},
		{ID: "j", Finding: ok("x", "no answer")},
	}
	MergeCauses(results)
	for _, r := range results {
		want := map[string]string{"a": "b", "f": "e", "h": "g"}[r.ID]
		if r.Cause != want {
			t.Errorf("%s has the cause %q, want %q", r.ID, r.Cause, want)
		}
	}
}
