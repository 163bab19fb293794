//go:build unix

package explain

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
)

// A go env -w fails if there is a directory in the place of the env file. Other commands have no hint for that.
func TestEnvFile(t *testing.T) {
	p := newPlace(t, t.TempDir())
	environ := p.environ("GOENV=" + p.path("env"))
	set := []string{"env", "-w", "GOFLAGS=-v"}
	if line := p.explainer(config.Config{}, environ, set...).Hint(exitUnsuccessful); line != "" {
		t.Errorf("of a file that can be made: %s", p.shown(line))
	}
	p.do(os.Mkdir(p.path("env"), 0o755))
	const want = "GOENV=$W/env: is a directory; run: unset GOENV"
	if line := p.hint(p.explainer(config.Config{}, environ, set...)); line != want {
		t.Errorf("%q, want %q", line, want)
	}
	if line := p.explainer(config.Config{}, environ, build...).Hint(exitUnsuccessful); line != "" {
		t.Errorf("of a build: %s", p.shown(line))
	}
}
