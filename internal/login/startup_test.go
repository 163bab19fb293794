package login

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestStartupFiles(t *testing.T) {
	home := t.TempDir()
	for sh, want := range map[string][2]string{
		"/bin/bash":     {".profile", ".bashrc"},
		"/bin/zsh":      {".zprofile", ".zshrc"},
		"/bin/dash":     {".profile", ""},
		"/usr/bin/fish": {".config/fish/config.fish", ".config/fish/config.fish"},
		"/bin/tcsh":     {"", ""},
	} {
		s := Shell{Path: sh, Home: home}
		for i, got := range []string{s.LoginFile(), s.InteractiveFile()} {
			if want[i] != "" {
				want[i] = filepath.Join(home, want[i])
			}
			if got != want[i] {
				t.Errorf("%s: %q, want %q", sh, got, want[i])
			}
		}
	}
	if err := os.WriteFile(filepath.Join(home, ".bash_login"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := (Shell{Path: "bash", Home: home}).LoginFile(); got != filepath.Join(home, ".bash_login") {
		t.Error(got)
	}
	elsewhere := Shell{Path: "zsh", Home: home, zdotdir: "/z", config: "/c"}
	if got := elsewhere.LoginFile(); got != filepath.FromSlash("/z/.zprofile") {
		t.Error(got)
	}
	elsewhere.Path = "fish"
	if got := elsewhere.LoginFile(); got != filepath.FromSlash("/c/fish/config.fish") {
		t.Error(got)
	}
}

func TestPathLine(t *testing.T) {
	for sh, want := range map[string]string{
		"/bin/sh": `export PATH='/a b':"$PATH"`, "/bin/fish": `set -gx PATH '/a b' $PATH`,
		"/bin/tcsh": `setenv PATH '/a b':"$PATH"`,
	} {
		if got := (Shell{Path: sh}).PathLine("/a b"); got != want {
			t.Errorf("%s: %s", sh, got)
		}
	}
	// In fish a backslash counts in quotes. Otherwise the quote behind it would end them.
	line := (Shell{Path: "fish"}).PathLine(`/a\'; echo injected; #`)
	if want := `set -gx PATH '/a\\\'; echo injected; #' $PATH`; line != want {
		t.Errorf("%s, want %s", line, want)
	}
	if fish, err := exec.LookPath("fish"); err == nil {
		out, err := exec.Command(fish, "--no-config", "-c", line+`; echo $PATH[1]`).CombinedOutput()
		if string(out) != `/a\'; echo injected; #`+"\n" {
			t.Errorf("%v, %s", err, out)
		}
	}
	for sh, want := range map[string]string{"/bin/tcsh": "which go", "/bin/sh": "command -v go"} {
		if got := (Shell{Path: sh}).AskForGo(); got != want {
			t.Errorf("%s: %s", sh, got)
		}
	}
}
