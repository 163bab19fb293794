//go:build unix

package install

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Each line either puts /sdk/bin on PATH, at one of its ends, or does not.
func TestPathWords(t *testing.T) {
	const none, first, last = "", "first", "last"
	for _, tt := range []struct{ line, want string }{
		{`export PATH=/sdk/bin:$PATH`, first},
		{`PATH=/sdk/bin:$PATH`, first},
		{`PATH="/sdk/bin:$PATH"; export PATH`, first},
		{`export PATH="$PATH:/sdk/bin"`, last},
		{`PATH=$PATH:/sdk/bin/`, last},
		{`PATH+=:/sdk/bin`, last},
		{`path+=(/sdk/bin)`, last},
		{`path=(/sdk/bin $path)`, first},
		{`PATH=/usr/bin:/sdk/bin`, first},
		{`PATH=/sdk/bin${PATH:+:${PATH}}`, first},
		{`PATH=${PATH:+${PATH}:}/sdk/bin`, last},
		{`PATH=$HOME/sdk/bin:$PATH`, none},
		{`PATH=$HOME/../sdk/bin:$PATH`, none},
		{`PATH=/sdk/bin/sub:$PATH`, none},
		{`test -d /x && PATH=/sdk/bin:$PATH`, first},
		{`[ -x /sdk/bin/go ] && export GOBIN=/sdk/bin`, none},
		{`# PATH=/sdk/bin:$PATH`, none},
		{`PATH=/x:$PATH # not /sdk/bin`, none},
		{`alias p='PATH=/sdk/bin:$PATH'`, none},
		{`set -gx PATH /sdk/bin $PATH`, first},
		{`fish_add_path /sdk/bin`, first},
		{`pathmunge /sdk/bin after`, first},
		{`MYPATH=/sdk/bin:$PATH`, none},
		{`GOPATH=/sdk/bin`, none},
	} {
		got := none
		if found, atEnd := newPathWords("/home/me").find("/home/me/.profile", tt.line, "/sdk/bin"); found && atEnd {
			got = last
		} else if found {
			got = first
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.line, got, tt.want)
		}
	}
	w := newPathWords("/home/me")
	for _, line := range []string{
		`PATH=$HOME/bin:$PATH`, `PATH="${HOME}/bin:$PATH"`, `PATH=~/bin:$PATH`, `PATH="$PATH":~/bin`, `fish_add_path ~/bin`,
	} {
		if found, _ := w.find("x", line, "/home/me/bin"); !found {
			t.Errorf("%s: is not found", line)
		}
	}
	if found, _ := w.find("x", "export GOROOT=/usr/go", "/usr/go/bin"); found {
		t.Error("GOROOT is not PATH")
	}
	for _, line := range []string{`PATH=$GOROOT/bin:$PATH`, `PATH="${GOROOT}/bin":$PATH`} {
		if found, _ := w.find("x", line, "/usr/go/bin"); !found {
			t.Errorf("%s: is not found", line)
		}
	}
	if found, _ := w.find("/etc/paths.d/go", "/usr/go/bin", "/usr/go/bin"); !found {
		t.Error("/etc/paths.d: is not found")
	}
}

// The lines come with the file and their number, in the order of the files.
func TestLinesWith(t *testing.T) {
	home := filepath.Join(t.TempDir(), "a*b")
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	one, two := filepath.Join(home, ".profile"), filepath.Join(home, ".bashrc")
	for file, text := range map[string]string{
		one: "umask 022\nPATH=~/sdk:$PATH\nPATH=$PATH:~/sdk\n", two: "PATH=$HOME/sdk:$PATH",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := startUpTexts([]string{one, two, filepath.Join(home, "nosuch"), home}, home)
	if got := s.linesWith(home+"/sdk", false); !slices.Equal(got, []string{
		one + ":2:PATH=~/sdk:$PATH", two + ":1:PATH=$HOME/sdk:$PATH",
	}) {
		t.Errorf("first: %q", got)
	}
	if got := s.linesWith(home+"/sdk", true); !slices.Equal(got, []string{one + ":3:PATH=$PATH:~/sdk"}) {
		t.Errorf("last: %q", got)
	}
}
