//go:build unix

package explain

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
)

// git runs git, and skips the test if there is none.
func (p place) git(args ...string) {
	p.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		p.Skip(err)
	}
	cmd := exec.Command(git, args...)
	cmd.Env = p.environ()
	if out, err := cmd.CombinedOutput(); err != nil {
		p.Fatalf("git %q: %v: %s", args, err, out)
	}
}

// A repository of ours is damaged. The go command says only that it got an error from git.
func TestDamagedRepo(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"m/m.go": "package main\n\nfunc main() {}\n"})
	p.git("init", "-q", p.path("m"))
	if line := p.explainer(config.Config{}, p.environ(), build...).Hint(exitUnsuccessful); line != "" {
		t.Errorf("of a repository without a commit: %s", p.shown(line))
	}
	p.do(os.Truncate(p.path("m/.git/HEAD"), 0))
	for goflags, remedy := range map[string]string{
		"": "'-buildvcs=false'", "-v": "'-v -buildvcs=false'",
	} {
		line := p.hint(p.explainer(config.Config{}, p.environ("GOFLAGS="+goflags), build...))
		const says = "git, asked for the revision of $W/m, says: fatal: "
		if !strings.HasPrefix(line, says) || !strings.HasSuffix(line, "; to do without it, run: export GOFLAGS="+remedy) {
			t.Errorf("GOFLAGS=%s: %q", goflags, line)
		}
	}
}
