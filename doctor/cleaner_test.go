package doctor

import (
	"testing"
	"time"
)

func TestAgeOf(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10d": 240 * time.Hour, "1h30m": 90 * time.Minute, "90": 90 * time.Second, "5min": 5 * time.Minute, "~1w": 168 * time.Hour,
		"abmABM:12h": 12 * time.Hour, "500ms": time.Second / 2, "0": 0, "-": -1, "": -1, "x": -1, "1y": -1,
		"99999w": 875952 * time.Hour, "1h44444441h": 876000 * time.Hour, "99999999999999999999us": 876000 * time.Hour,
	} {
		if got := ageOf(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// The first lines are systemd's own, the others from github.com/sonic-net/sonic-buildimage/pull/29407 and github.com/systemd/systemd/pull/42358.
func TestInnermost(t *testing.T) {
	rules := rulesIn("tmp.conf", `# Clear tmp directories separately, to make them easier to override
q /tmp 1777 root root 10d
q /var/tmp 1777 root root 30d
q	/tmp 1777 root root -
D! /tmp/.X11-unix 1777 root root 10d
X /tmp/kept
`)
	for dir, want := range map[string]time.Duration{
		"/tmp": 240 * time.Hour, "/tmp/go-0": 240 * time.Hour, "/tmp/.X11-unix": 240 * time.Hour, "/tmp/kept/x": -1, "/tmpfs": 0, "/var/tmp/x": 720 * time.Hour,
	} {
		if got := innermost(rules, dir); got.age != want {
			t.Errorf("%s: %+v, want %v", dir, got, want)
		}
	}
}

func FuzzRulesIn(f *testing.F) {
	f.Add("q /tmp 1777 root root 10d\nx /tmp/a\n", "aAmM:1h2")
	f.Fuzz(func(t *testing.T, text, age string) {
		for _, r := range rulesIn("x", text) {
			if r.path == "" || r.age < -1 {
				t.Errorf("%q: %+v", text, r)
			}
		}
		if d := ageOf(age); d < -1 {
			t.Errorf("%q: %v", age, d)
		}
	})
}
