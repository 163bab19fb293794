//go:build unix

package formats

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTmpfilesAge(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1h30m": 90 * time.Minute, "90": 90 * time.Second, "5min": 5 * time.Minute, "~2h": 2 * time.Hour,
		"abmABM:12h": 12 * time.Hour, "500ms": time.Second / 2, "0": 0,
		"10d": -1, "~1w": -1, "-": -1, "-5": -1, "": -1, "x": -1, "1y": -1, "99999999999999999999us": -1,
	} {
		if got := tmpfilesAge(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// The first lines are systemd's own, the others from github.com/sonic-net/sonic-buildimage/pull/29407 and
// github.com/systemd/systemd/pull/42358.
func TestNearestRule(t *testing.T) {
	rules := parseTmpfiles("tmp.conf", `# Clear tmp directories separately, to make them easier to override
q /tmp 1777 root root 10h
q /var/tmp 1777 root root 30d
q	/tmp 1777 root root -
D! /tmp/.X11-unix 1777 root root 10d
X /tmp/kept
`)
	for dir, want := range map[string]time.Duration{
		"/tmp": 10 * time.Hour, "/tmp/go-0": 10 * time.Hour, "/tmp/.X11-unix": 10 * time.Hour, "/tmp/kept/x": -1,
		"/tmpfs": 0, "/var/tmp/x": -1,
	} {
		if got := NearestRule(rules, dir); got.Age != want {
			t.Errorf("%s: %+v, want %v", dir, got, want)
		}
	}
}

func TestReadTmpfiles(t *testing.T) {
	root := t.TempDir()
	for file, text := range map[string]string{
		"usr/lib/tmpfiles.d/tmp.conf": "q /tmp 1777 root root 1h\n",
		"etc/tmpfiles.d/tmp.conf":     "q /tmp 1777 root root 2h\n", // stands for the one above
		"run/tmpfiles.d/zzz.conf":     "q /tmp 1777 root root 3h\n", // comes later
		"etc/tmpfiles.d/readme.txt":   "q /tmp 1777 root root 4h\n",
	} {
		write(t, filepath.Join(root, file), text)
	}
	rules := ReadTmpfiles(root)
	if len(rules) != 2 || rules[0].Age != 2*time.Hour || rules[1].Age != 3*time.Hour {
		t.Errorf("%+v", rules)
	}
	if near := NearestRule(rules, "/tmp"); near.File != filepath.Join(root, "etc/tmpfiles.d/tmp.conf") {
		t.Errorf("%+v", near)
	}
}

func FuzzParseTmpfiles(f *testing.F) {
	f.Add("q /tmp 1777 root root 10d\nx /tmp/a\n", "aAmM:1h2")
	f.Fuzz(func(t *testing.T, text, age string) {
		for _, r := range parseTmpfiles("x", text) {
			if r.Path == "" || r.Age < -1 {
				t.Errorf("%q: %+v", text, r)
			}
		}
		if d := tmpfilesAge(age); d < -1 {
			t.Errorf("%q: %v", age, d)
		}
	})
}

// write makes a file and the directories above it.
func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
