package config

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/site"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		bad     string // what the error names; "" for none
	}{
		{nil, ""},
		{[]string{"GOSAFE=off", "GOSAFE_GO=" + filepath.Join(t.TempDir(), "go"), "GOSAFE_EXEC=child",
			"GOSAFE_VERBOSE=1"}, ""},
		{[]string{"GOSAFE=", "GOSAFE_EXEC="}, ""},
		{[]string{"GOSAFE_REPAIR=off"}, ""},
		{[]string{"GOSAFE_TRUST_REPO=1"}, ""},
		{[]string{"GOSAFE_TRUST_REPO=*"}, "GOSAFE_TRUST_REPO=* is not valid; allowed: 1"},
		{[]string{"GOSAFE_REPAIR=no"}, "GOSAFE_REPAIR=no is not valid; allowed: off"},
		{[]string{"GOSAFE=off", "GOSAFE_LOCK=no", "GOSAFE_LOCK_TIMEOUT=x"}, ""},
		{[]string{"GOSAFE_LOCK=no"}, "GOSAFE_LOCK=no is not valid; allowed: off, required, or unset"},
		{[]string{"GOSAFE_LOCK_TIMEOUT=-1s"}, "GOSAFE_LOCK_TIMEOUT=-1s is not valid; allowed: a duration"},
		{[]string{"GOSAFE=on"}, "GOSAFE=on is not valid; allowed: off"},
		{[]string{"GOSAFE_EXEC=exec"}, "GOSAFE_EXEC=exec is not valid; allowed: child"},
		{[]string{"GOSAFE_VERBOSE=yes"}, "GOSAFE_VERBOSE=yes is not valid; allowed: 1"},
		{[]string{"GOSAFE_GO=bin/go"}, "GOSAFE_GO=bin/go is not valid; allowed: an absolute path"},
	} {
		_, err := Read(tt.environ, nil)
		switch {
		case tt.bad == "" && err != nil:
			t.Errorf("%v: %v", tt.environ, err)
		case tt.bad != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.bad)):
			t.Errorf("%v: %v, want %s", tt.environ, err, tt.bad)
		}
	}
}

// go-safe-cache gets what the site's file says to it, and nothing that the user has set.
func TestForCache(t *testing.T) {
	cfg := Config{Site: site.Parse("/etc/go-safe/go.env",
		[]byte("GOSAFE_CACHE=https://c\nGOSAFE_CACHE_WRITE=1\nGOSAFE_PRIVATE=copy\nGOSAFE_HINT=off\n"))}
	want := []string{"GOSAFE_CACHE_WRITE=", "GOSAFE_CACHE=https://c", "GOSAFE_PRIVATE=copy"}
	got := cfg.ForCache([]string{"GOSAFE_CACHE_WRITE="})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (Config{}).ForCache(nil); len(got) > 0 {
		t.Errorf("without a site: %q", got)
	}
}

// The environment wins over the site's file, also with an empty variable. A wrong value there is refused and is no
// error.
func TestReadSite(t *testing.T) {
	const file = "/etc/go-safe/go.env"
	const text = "GOSAFE_LOCK=required\nGOSAFE_HINT=off\nGOSAFE_EXEC=exec\nGOSAFE_VIA=/x\nGOSAFE_LOCK_TIMEOUT=3s\n"
	defaults := site.Parse(file, []byte(text))
	cfg, err := Read([]string{"GOSAFE_LOCK=off", "GOSAFE_HINT="}, defaults)
	if err != nil || cfg.NoHints || !cfg.NoLocks || cfg.RequireLocks || cfg.Child || cfg.LockTimeout != 3*time.Second {
		t.Errorf("%+v, %v", cfg, err)
	}
	want := []string{
		file + ":3: GOSAFE_EXEC=exec is not valid; allowed: child, or nothing; the line is ignored",
		file + ":4: GOSAFE_VIA=/x is no setting; the line is ignored",
	}
	if got := defaults.Troubles(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// The manual and the page on settings name exactly the settings that config.go knows. The other documents name no
// others.
func TestSettingsAreDocumented(t *testing.T) {
	want := settingsIn(t, "config.go")
	for _, file := range []string{"../../cmd/go-safe/doc.go", "../../docs/settings.md"} {
		if got := settingsIn(t, file); !slices.Equal(got, want) {
			t.Errorf("%s names %v, config.go %v", file, got, want)
		}
	}
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(documents) == 0 {
		t.Fatalf("%d documents, %v", len(documents), err)
	}
	for _, file := range append(documents, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md") {
		for _, name := range settingsIn(t, file) {
			if !slices.Contains(want, name) {
				t.Errorf("%s names %s, config.go does not", file, name)
			}
		}
	}
}

// Names returns all settings that config.go knows.
func TestNames(t *testing.T) {
	got := slices.Sorted(slices.Values(append(Names(), "GOSAFE_SITE", "GOSAFE_VIA")))
	if want := settingsIn(t, "config.go"); !slices.Equal(got, want) {
		t.Errorf("the list has %v, config.go %v", got, want)
	}
}

// settingsIn returns the GOSAFE variables that a file names, sorted.
func settingsIn(t *testing.T, file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\bGOSAFE(_[A-Z]+)*\b`).FindAllString(string(data), -1)
	slices.Sort(names)
	return slices.Compact(names)
}

func TestShown(t *testing.T) {
	for value, want := range map[string]string{
		"https://example.com/x":             "https://example.com/x",
		"s3://bucket/x?region=r":            "s3://bucket/x?region=r",
		"https://ci:sesame@example.com/x":   "https://hidden@example.com/x",
		"https://example.com/x?sig=sesame":  "https://example.com/x?hidden",
		"https://ci:sesame%zz@example.com/": "(hidden)",
		"ci:sesame@example.com/x":           "(hidden)",
	} {
		if got := Shown("GOSAFE_CACHE", value); got != want {
			t.Errorf("%s: %s", value, got)
		}
	}
	if Shown("GOSAFE_GO", "/a@b") != "/a@b" {
		t.Error("another variable is not shown")
	}
}
