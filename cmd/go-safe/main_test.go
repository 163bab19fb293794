package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/shim"
)

func TestReadConfig(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		bad     string // what the error names; "" for none
	}{
		{nil, ""},
		{[]string{"GOSAFE=off", "GOSAFE_GO=/x/go", "GOSAFE_EXEC=child", "GOSAFE_VERBOSE=1"}, ""},
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
		_, err := readConfig(tt.environ)
		switch {
		case tt.bad == "" && err != nil:
			t.Errorf("%v: %v", tt.environ, err)
		case tt.bad != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.bad)):
			t.Errorf("%v: %v, want %s", tt.environ, err, tt.bad)
		}
	}
}

// What run says of its own accord: the status, and one line that names the value and what to type.
func TestRunFailures(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		args    []string
		status  int
		message string
	}{
		{[]string{"GOSAFE=no"}, []string{"version"}, exitFailed, "go-safe: GOSAFE=no is not valid; allowed: off, or unset\n"},
		{[]string{"GOSAFE_GO=/nonexistent/go"}, []string{"version"}, exitNotFound,
			"go-safe: GOSAFE_GO=/nonexistent/go: no such file or directory; type: unset GOSAFE_GO\n"},
		{[]string{"GOSAFE_GO=/nonexistent/go"}, []string{"safe", "bogus"}, exitFailed, "go-safe: unknown command: go safe bogus; type: " + typed(nil) + " safe help\n"},
		{[]string{"GOSAFE_GO=/a\nb"}, []string{"version"}, exitNotFound,
			`go-safe: GOSAFE_GO=/a\nb: no such file or directory; type: unset GOSAFE_GO` + "\n"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(append([]string{"go"}, tt.args...), tt.environ, &stdout, &stderr)
		if status != tt.status || stderr.String() != tt.message || stdout.Len() > 0 {
			t.Errorf("%v %v: status %d, stdout %q, stderr %q", tt.environ, tt.args, status, &stdout, &stderr)
		}
	}
}

// Every setting that config.go knows is in the manual and in the README, and the other way round.
func TestSettingsAreDocumented(t *testing.T) {
	want := settingsIn(t, "config.go")
	for _, file := range []string{"doc.go", "../../README.md"} {
		if got := settingsIn(t, file); !slices.Equal(got, want) {
			t.Errorf("%s names %v, config.go %v", file, got, want)
		}
	}
}

// The manual, go safe help and go safe env have all of them.
func TestSettingsAreShown(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var help, env bytes.Buffer
	printUsage(&help)
	printEnv(&env, safeEnv(nil, shim.Go{}))
	for _, s := range settings {
		line := regexp.MustCompile(`\n\t` + regexp.QuoteMeta(s.name+"="+s.value) + ` +` + regexp.QuoteMeta(s.about))
		for name, text := range map[string][]byte{"doc.go": manual, "go safe help": help.Bytes()} {
			if !line.Match(text) {
				t.Errorf("%s does not say: %s=%s  %s", name, s.name, s.value, s.about)
			}
		}
		if !bytes.Contains(env.Bytes(), []byte("\n"+s.name+" ")) {
			t.Errorf("go safe env does not show %s", s.name)
		}
	}
	if got := append(settingNames(), "GOSAFE_VIA"); !slices.Equal(slices.Sorted(slices.Values(got)), settingsIn(t, "config.go")) {
		t.Errorf("the list has %v, config.go %v", got, settingsIn(t, "config.go"))
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
