//go:build unix

package login

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A shell answers as at a login: its start-up file counts, what that prints does not, and no variable of this process
// but those of a login gets there.
func TestAsk(t *testing.T) {
	home := t.TempDir()
	profile := "echo welcome\nexport MINE=1\n"
	if err := os.WriteFile(filepath.Join(home, ".profile"), []byte(profile), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("THEIRS", "2")
	t.Setenv("SHELL", "/bin/sh")
	t.Setenv("HOME", home)
	s := Find(os.Getenv)
	answers, err := s.Ask(false, "echo $MINE$THEIRS", "false", "echo a; echo b")
	if want := []string{"1", "", "a\nb"}; err != nil || !slices.Equal(answers, want) {
		t.Errorf("%q, %v, want %q", answers, err, want)
	}
	if answers, err := System().Ask(false, "echo $MINE$HOME"); err != nil || answers[0] != os.DevNull {
		t.Errorf("for all users: %q, %v", answers, err)
	}

	if err := os.WriteFile(filepath.Join(home, ".profile"), []byte("echo sorry\nexit\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if answers, err := s.Ask(false, "echo a"); err == nil || err.Error() != "sorry" {
		t.Errorf("%q, %v", answers, err)
	}
	s.Path = filepath.Join(home, "nosuch")
	if answers, err := s.Ask(false, "echo a"); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("%q, %v", answers, err)
	}
}

func TestFind(t *testing.T) {
	for sh, want := range map[string]string{
		"/bin/zsh": "/bin/zsh", "/usr/sbin/nologin": "", "/bin/false": "", "zsh": "",
	} {
		getenv := func(name string) string { return map[string]string{"SHELL": sh, "HOME": "/nosuch"}[name] }
		if got := Find(getenv); got.Path != want || got.Home != "/nosuch" {
			t.Errorf("SHELL=%s: %q in %q, want %q", sh, got.Path, got.Home, want)
		}
	}
}

func TestPathIn(t *testing.T) {
	for text, want := range map[string]string{
		"": "/usual", "LANG=C\n": "/usual", "PATH=/a:/b\n": "/a:/b", "LANG=C\nPATH=\"/a:/b\"\n": "/a:/b",
		"#PATH=/a\nMYPATH=/b": "/usual",
	} {
		if got := pathIn(text, "/usual"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
